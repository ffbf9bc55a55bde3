// Training that can be stopped at any time: the next run goes on after the last whole epoch, to the bit as if it had never stopped.
#include <lamina/lamina.hpp>

#include <lamina/graph/checkpoint_manager.hpp>

#include "digits.hpp"
#include "graph_model.hpp"

#include <algorithm>

using namespace lamina;

int main(int argc, char** argv)
try {
    const Options settings = options(argc, argv);
    const auto [train, test] = digits(settings);

    auto model = build<MnistModel>(Seed{settings.seed});
    auto trainer = compile(model, Adam{}, SparseCategoricalCrossentropy{}, Accuracy{});
    std::size_t epoch = 0;

    const std::string folder = settings.output + "/checkpoints";
    CheckpointManager manager({{"model", model}, {"optimizer", trainer.optimizer()}, {"epoch", epoch}}, folder,
                              {.max_to_keep = 2});
    if (manager.restore_latest()) std::cout << "Going on after epoch " << epoch << '\n';

    const std::size_t epochs = std::min<std::size_t>(settings.epochs, 3);
    trainer.fit(train, {.epochs = epochs - std::min(epoch, epochs), .validation_data = &test, .threads = settings.threads},
                LambdaCallback{.on_epoch_end =
                                   [&](TrainingState& t) {
                                       ++epoch;
                                       manager.save(t.logs["val_loss"]);
                                   }},
                ProgressBar{});

    look(model, test);
    std::cout << "The best checkpoint is " << manager.best()->filename() << '\n';
}
catch (const error& problem) {
    std::cerr << problem.what() << '\n';
    return 1;
}
