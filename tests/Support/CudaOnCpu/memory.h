// Device memory: each allocation ends where a page without access begins, so that reading or writing beyond it is a
// fault at once. What is left up to there, and in front, holds a pattern that must stay.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

class DeviceMemory
{
public:
    // 16 bytes are the most that a kernel asks of an address (the driver promises 256): so the guard is near.
    enum : size_t { Alignment = 16, TotalBytes = 8ull << 30 };

    // Filled with 0xFF, NaN and -1: its contents are undefined. Null where there is not so much.
    void* allocate(size_t bytes);

    // Whether it was one, and `damage` what is wrong with what lay around it.
    bool release(void* start, std::string& damage);

    // Whether the bytes lie in one allocation.
    bool contains(const void* start, size_t bytes);

    // What has been written around the allocation that an address lies in, since it was last asked; empty where nothing
    // has.
    std::string damage(const void* address);

    // Where an address lies, for a report.
    std::string place(const void* address);

private:
    struct Allocation { char *map, *start; size_t mapBytes, bytes; };

    static std::string damage(const Allocation& allocation);
    const Allocation* find(const void* address);

    std::mutex mutex;
    std::map<uintptr_t, Allocation> all; // by their starts
    size_t used = 0;
};
