// What a file holds, whatever lamina can read: `describe FILE`, and with --type the C++ of the model in it.
#include <lamina/formats/idx.hpp>
#include <lamina/formats/safetensors.hpp>
#include <lamina/formats/tfrecord.hpp>
#include <lamina/interop/keras/describe.hpp>
#include <lamina/interop/keras/to_type.hpp>
#include <lamina/interop/pytorch/describe.hpp>
#include <lamina/lamina.hpp>
#include <lamina/numpy.hpp>
#include <lamina/pytorch.hpp>

#include <cstring>
#include <iostream>
#include <string>

using namespace lamina;

void list(const protocols::tensor_file& file)
{
    for (const auto& [name, text] : file.metadata) std::cout << name << ": " << text << '\n';
    for (const auto& tensor : file.tensors) std::cout << tensor.name << ' ' << internals::text_of({tensor}) << '\n';
}

/// MNIST's files say in their names how many axes they have: images-idx3-ubyte.
std::size_t axes_in(const std::string& file)
{
    const auto at = file.find("idx");
    if (at == file.npos || at + 3 >= file.size() || file[at + 3] < '1' || file[at + 3] > '9')
        throw error(file + ": does not say how many axes it has, as images-idx3-ubyte does");
    return static_cast<std::size_t>(file[at + 3] - '0');
}

void count(const std::string& file)
{
    TFRecordReader reader(file);
    std::size_t records = 0, bytes = 0;
    for (std::string record; reader.next(record); ++records) bytes += record.size();
    std::cout << records << " records of " << bytes << " bytes in all\n";
}

int main(int argc, char** argv)
try {
    const bool type = argc == 3 && std::strcmp(argv[2], "--type") == 0;
    if (argc != 2 && !type) return std::cerr << "usage: describe FILE [--type]\n", 2;
    const std::string file = argv[1];
    const auto ends = [&file](const auto&... with) { return (file.ends_with(with) || ...); };

    if (ends(".h5", ".hdf5", ".keras")) std::cout << (type ? keras::to_type(file) : keras::describe(file));
    else if (ends(".pt", ".pth", ".bin")) std::cout << (type ? pytorch::to_type(file) : pytorch::describe(file));
    else if (type) throw error(file + ": holds arrays, no model of which the type could be printed");
    else if (ends(".npz")) list(npz::read(file));
    else if (ends(".npy")) std::cout << internals::text_of({npy::read(file)}) << '\n';
    else if (ends(".safetensors")) list(safetensors::read(file));
    else if (ends("ubyte", "ubyte.gz")) std::cout << internals::text_of({idx::read(file, axes_in(file))}) << '\n';
    else if (file.find("tfrecord") != file.npos || file.find("tfevents") != file.npos) count(file);
    else
        throw error(file +
                    ": is called as none of .h5, .keras, .pt, .pth, .npz, .npy, .safetensors, -ubyte, tfrecord and tfevents");
}
catch (const error& problem) {
    std::cerr << problem.what() << '\n';
    return 1;
}
