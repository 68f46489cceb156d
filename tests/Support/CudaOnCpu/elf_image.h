// The few facts about a shared library's image that loading it from memory takes.
#pragma once
#include <cstring>
#include <elf.h>

// As ptxas and the driver have it for memory that is not asked for at the launch.
enum : size_t { MostSharedBytes = 48 << 10 };

struct ElfImage
{
    explicit ElfImage(const char* image) : image(image) {}

    bool isValid() const { return !memcmp(image, ELFMAG, SELFMAG) && image[EI_CLASS] == ELFCLASS64; }

    // Its length: the linker writes the list of sections last.
    size_t bytes() const { return header()->e_shoff + (size_t)header()->e_shnum * header()->e_shentsize; }

    // What each thread has of it: a kernel's shared memory, nothing else.
    size_t threadBytes() const
    {
        auto segments = (const Elf64_Phdr*)(image + header()->e_phoff);
        for (int i = 0; i < header()->e_phnum; i++)
            if (segments[i].p_type == PT_TLS) return segments[i].p_memsz;
        return 0;
    }

private:
    const Elf64_Ehdr* header() const { return (const Elf64_Ehdr*)image; }
    const char* image;
};
