// The fields of a struct of twenty, by name.
#include <lamina/core/fields.hpp>

struct Settings {
    float alpha;
    float beta;
    float gamma;
    float delta;
    float epsilon;
    float zeta;
    float eta;
    float theta;
    float iota;
    float kappa;
    float lambda;
    float mu;
    float nu;
    float xi;
    float omicron;
    float pi;
    float rho;
    float sigma;
    float tau;
    float upsilon;
};

int main()
{
    Settings settings{};
    std::size_t letters = 0;
    lamina::for_each_field(settings, [&](std::string_view name, float& field) {
        letters += name.size();
        field += 1;
    });
    return static_cast<int>(settings.alpha) + static_cast<int>(letters);
}
