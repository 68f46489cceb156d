#include "memory.h"
#include <algorithm>
#include <cstring>
#include <sys/mman.h>
#include <unistd.h>

namespace {

const unsigned char Guard = 0xC5;

size_t pageBytes()
{
    static const size_t bytes = (size_t)sysconf(_SC_PAGESIZE);
    return bytes;
}

size_t roundedUp(size_t bytes, size_t to) { return (bytes + to - 1) / to * to; }

}

void* DeviceMemory::allocate(size_t bytes)
{
    std::lock_guard<std::mutex> lock(mutex);
    size_t page = pageBytes(), inside = roundedUp(bytes, page);
    if (bytes > TotalBytes - used) return nullptr;
    void* map = mmap(nullptr, inside + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (map == MAP_FAILED) return nullptr;
    char* first = (char*)map + page;
    mprotect(first, inside, PROT_READ | PROT_WRITE);
    char* start = first + inside - roundedUp(bytes, Alignment);
    memset(first, Guard, start - first);
    memset(start, 0xFF, bytes);
    memset(start + bytes, Guard, first + inside - start - bytes);
    all[(uintptr_t)start] = { (char*)map, start, inside + 2 * page, bytes };
    used += bytes;
    return start;
}

bool DeviceMemory::release(void* start, std::string& damaged)
{
    std::lock_guard<std::mutex> lock(mutex);
    auto found = all.find((uintptr_t)start);
    if (found == all.end()) return false;
    damaged = damage(found->second);
    munmap(found->second.map, found->second.mapBytes);
    used -= found->second.bytes;
    all.erase(found);
    return true;
}

// The last that begins at or before an address.
const DeviceMemory::Allocation* DeviceMemory::find(const void* address)
{
    auto after = all.upper_bound((uintptr_t)address);
    return after == all.begin() ? nullptr : &std::prev(after)->second;
}

bool DeviceMemory::contains(const void* start, size_t bytes)
{
    std::lock_guard<std::mutex> lock(mutex);
    const Allocation* allocation = find(start);
    if (!allocation) return false;
    size_t at = (const char*)start - allocation->start;
    return at <= allocation->bytes && bytes <= allocation->bytes - at;
}

std::string DeviceMemory::damage(const Allocation& a)
{
    auto spoilt = [](char c) { return (unsigned char)c != Guard; };
    char *first = a.map + pageBytes(), *last = a.map + a.mapBytes - pageBytes(), *end = a.start + a.bytes;
    char *behind = std::find_if(end, last, spoilt), *before = std::find_if(first, a.start, spoilt);
    if (behind == last && before == a.start) return "";
    // Told of once.
    memset(first, Guard, a.start - first);
    memset(end, Guard, last - end);
    return (behind != last ? "wrote " + std::to_string(behind - end) + " bytes behind the end" : "wrote in front")
        + " of an allocation of " + std::to_string(a.bytes) + " bytes";
}

std::string DeviceMemory::damage(const void* address)
{
    std::lock_guard<std::mutex> lock(mutex);
    const Allocation* allocation = find(address);
    return allocation ? damage(*allocation) : "";
}

std::string DeviceMemory::place(const void* address)
{
    std::lock_guard<std::mutex> lock(mutex);
    const Allocation* below = find(address);
    auto after = all.upper_bound((uintptr_t)address);
    if (below && (const char*)address < below->map + below->mapBytes)
        return std::to_string((const char*)address - below->start) + " bytes into an allocation of "
            + std::to_string(below->bytes);
    if (after != all.end() && (const char*)address >= after->second.map)
        return std::to_string(after->second.start - (const char*)address) + " bytes in front of an allocation of "
            + std::to_string(after->second.bytes);
    return "in no allocation";
}
