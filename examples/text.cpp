// Text: words become numbers, an Embedding makes vectors of them, and a mask leaves out what only fills up short sentences.
//
// The sentences are made by the program: a film is praised or not, with a "not" that turns what stands behind it.
// clang-format off: a model reads as a table
#include <lamina/lamina.hpp>

#include <array>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

using namespace lamina;

constexpr std::array vocabulary{"", "the", "film", "plot", "music", "cast", "was", "is", "not", "very", "and",
                                "good", "great", "fine", "lovely", "bad", "dull", "weak", "awful"};
constexpr int first_good = 11, first_bad = 15, last_bad = 18, negation = 8;
constexpr std::size_t longest = 12;

using Reader = Sequential<Input<longest>,
    Embedding<vocabulary.size(), 8, MaskZero>,       // word 0 is no word: LSTM and loss pass over it
    LSTM<16>,
    Dense<1, Sigmoid>>;

/// Words by their numbers, filled up with zeros. A word that is not known is a mistake.
std::array<float, longest> numbers_of(const std::string& sentence)
{
    std::array<float, longest> words{};
    std::istringstream in(sentence);
    std::string word;
    for (std::size_t i = 0; i < longest && in >> word; ++i) {
        std::size_t at = 0;
        while (at < vocabulary.size() && word != vocabulary[at]) ++at;
        if (at == vocabulary.size()) throw std::invalid_argument("the word \"" + word + "\" is not in the vocabulary");
        words[i] = static_cast<float>(at);
    }
    return words;
}

/// Clauses such as "the plot was not very good", of which more praise than blame, or the other way.
Samples<xt::xtensor<std::int32_t, 2>, xt::xtensor<float, 2>> sentences(std::size_t count, Seed seed)
{
    Samples made{xt::xtensor<std::int32_t, 2>({count, longest}, 0), xt::xtensor<float, 2>::from_shape({count, 1})};
    Random random(seed);
    const auto one_of = [&](int from, int to) { return static_cast<int>(random.uniform(from, to + 1 - 1e-9)); };
    for (std::size_t s = 0; s < count; ++s) {
        const bool praise = random.uniform(0, 1) < 0.5;
        std::vector<int> words;
        for (int clause = one_of(1, 2); clause > 0; --clause) {
            const bool turned = random.uniform(0, 1) < 0.5, good = praise != turned;
            words.push_back(one_of(2, 5));
            words.push_back(one_of(6, 7));
            if (turned) words.push_back(negation);
            if (random.uniform(0, 1) < 0.3) words.push_back(9);
            words.push_back(good ? one_of(first_good, first_bad - 1) : one_of(first_bad, last_bad));
            if (clause > 1) words.push_back(10);
        }
        for (std::size_t i = 0; i < words.size() && i < longest; ++i) made.x(s, i) = words[i];
        made.y(s, 0) = praise ? 1.f : 0.f;
    }
    return made;
}

int main()
{
    const auto train = sentences(4000, Seed{1}), test = sentences(1000, Seed{2});

    auto model = build<Reader>(Seed{1});
    std::cout << summary(model);

    auto trainer = compile(model, Adam{.learning_rate = 1e-2f}, BinaryCrossentropy{}, Accuracy{});
    trainer.fit(train, {.epochs = 6, .batch_size = 50, .validation_data = &test}, ProgressBar{});

    for (const std::string sentence : {"the film was great", "the plot is not good and the music was very dull", "not bad"})
        std::cout << '"' << sentence << "\": praise with a probability of " << model(numbers_of(sentence))[0] << '\n';
    std::cout << trainer.evaluate(test) << '\n';
}
