// A pipeline of six stages behind its source, two of which have threads.
#include "pipeline.hpp"

int main()
{
    const auto scale = [](Row<float, 2>& image, std::int32_t label) {
        xt::xtensor<float, 2> scaled({image.extents[0], image.extents[1]});
        for (std::size_t i = 0; i < scaled.size(); ++i) scaled.data()[i] = image[i] / 255;
        return std::tuple(std::move(scaled), label);
    };
    const auto known = [](Row<float, 2>&, std::int32_t label) { return label > 0; };
    std::size_t seen = 0;
    for (auto& [pictures, labels] :
         images() | shuffle(60, Seed{1}) | filter(known) | map(scale, threads(2)) | repeat(2) | batch(32) | prefetch(2))
        seen += pictures.shape()[0] + labels.size();
    return seen == 240 ? 0 : 1;
}
