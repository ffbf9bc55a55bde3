// What fields.cpp is compared with: the same struct, whose fields nobody asks for.
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
    return static_cast<int>(settings.alpha);
}
