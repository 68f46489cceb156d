#include "group.h"
#include "warp.h"
#include <algorithm>
#include <numeric>

__thread const cpu_item* cpu_this_item;
__thread const cpu_group* cpu_this_group;

namespace { __thread GroupRunner* current_; }

GroupRunner* GroupRunner::current() { return current_; }

Fault GroupRunner::run(const cpu_kernel& kernel, void** arguments, const cpu_group& group)
{
    this->kernel = &kernel;
    this->arguments = arguments;
    fault = {};
    items.assign((size_t)group.dim.x * group.dim.y * group.dim.z, {});
    for (unsigned i = 0; i < items.size(); i++)
        items[i].ids = { { i % group.dim.x, i / group.dim.x % group.dim.y, i / group.dim.x / group.dim.y } };
    started = phase = 0;
    stride = std::max(1, (int)items.size() * 5 / 8);
    while (std::gcd(stride, (int)items.size()) != 1) stride++;
    cpu_this_group = &group;
    current_ = this;
    start();
    while (fault.code == 0 && count(State::Done) < (int)items.size())
    {
        bool any = false;
        for (int turn = 0; turn < (int)items.size() && fault.code == 0; turn++)
        {
            int item = itemAt(turn);
            if (items[item].state != State::Ready) continue;
            any = true;
            resume(item);
        }
        if (!any && fault.code == 0 && !releaseWarps()) releaseAll();
    }
    current_ = nullptr;
    if (fault.code != 0)
    {
        idle.clear();
        for (auto& fiber : fibers)
        {
            fiber->reset();
            idle.push_back(fiber.get());
        }
    }
    return fault;
}

// Which item's turn it is. Neither up nor down, and the other way round behind each barrier: what a barrier should have
// kept apart comes out wrong, whichever of two items depends on the other.
int GroupRunner::itemAt(int turn) const
{
    int count = (int)items.size();
    int place = (turn + count / 2) % count; // the first item, on which most depend, in the middle
    return (int)((long long)(phase % 2 == 0 ? place : count - 1 - place) * stride % count);
}

// The first turn: a fiber runs one item after the other until one has to wait. A kernel without a barrier is a loop.
void GroupRunner::start()
{
    while (started < (int)items.size() && fault.code == 0)
    {
        running = idleFiber();
        running->resume();
    }
}

Fiber* GroupRunner::idleFiber()
{
    if (idle.empty())
    {
        fibers.push_back(std::make_unique<Fiber>(runItems, this));
        return fibers.back().get();
    }
    Fiber* fiber = idle.back();
    idle.pop_back();
    return fiber;
}

void GroupRunner::runItems(void* of)
{
    auto runner = (GroupRunner*)of;
    for (;;)
    {
        while (runner->started < (int)runner->items.size())
        {
            Item& item = runner->items[runner->now = runner->itemAt(runner->started++)];
            Fiber* self = item.fiber = runner->running;
            cpu_this_item = &item.ids;
            runner->kernel->run(runner->arguments);
            // It may have waited in between: others have run.
            runner->items[runner->now].state = State::Done;
            runner->running = self;
        }
        Fiber* self = runner->running;
        runner->idle.push_back(self);
        self->yield();
    }
}

void GroupRunner::resume(int item)
{
    now = item;
    cpu_this_item = &items[item].ids;
    running = items[item].fiber;
    running->resume();
}

void GroupRunner::wait(State state, int line)
{
    Item& item = items[now];
    item.state = state;
    item.line = line;
    item.fiber->yield();
}

void GroupRunner::barrier(int line) { wait(State::Barrier, line); }

unsigned GroupRunner::shuffle(unsigned mask, unsigned bits, int kind, int operand, int line)
{
    Item& item = items[now];
    item.mask = mask, item.bits = bits, item.kind = kind, item.operand = operand;
    wait(State::Shuffle, line);
    return item.result;
}

void GroupRunner::multiply(int kind, cpu_fragments* own, int line)
{
    Item& item = items[now];
    item.mask = ~0u, item.kind = kind, item.fragments = own;
    wait(State::Multiply, line);
}

void GroupRunner::fail(int code, const std::string& what)
{
    if (fault.code == 0)
    {
        const cpu_dim3 &block = cpu_this_group->block, &thread = items[now].ids.thread;
        auto place = [](const cpu_dim3& d)
        { return "(" + std::to_string(d.x) + ", " + std::to_string(d.y) + ", " + std::to_string(d.z) + ")"; };
        fault = { code, what + ", by item " + place(thread) + " of group " + place(block) };
    }
    for (;;) items[now].fiber->yield();
}

int GroupRunner::count(State state) const
{
    return (int)std::count_if(items.begin(), items.end(), [=](const Item& i) { return i.state == state; });
}

bool GroupRunner::releaseWarps()
{
    bool any = false;
    for (int first = 0; first < (int)items.size(); first += 32)
        for (int lane = 0; lane < 32 && first + lane < (int)items.size(); lane++) any |= releaseWarp(first, lane);
    return any;
}

// Lets the items go on that one waits with, if all of them are there.
bool GroupRunner::releaseWarp(int first, int lane)
{
    const Item& item = items[first + lane];
    if (item.state != State::Shuffle && item.state != State::Multiply) return false;
    State state = item.state;
    Item* lanes[32] = {};
    for (int i = 0; i < 32; i++)
        if (item.mask >> i & 1)
        {
            if (first + i >= (int)items.size()) return false;
            Item& other = items[first + i];
            if (other.state != state || other.line != item.line || other.mask != item.mask || other.kind != item.kind)
                return false;
            lanes[i] = &other;
        }
    if (!lanes[lane]) return false;
    if (state == State::Multiply)
    {
        cpu_fragments* fragments[32];
        for (int i = 0; i < 32; i++) fragments[i] = lanes[i]->fragments;
        multiplyWarp(item.kind, fragments);
    }
    for (int i = 0; i < 32 && state == State::Shuffle; i++)
        if (lanes[i])
        {
            int from = shuffleSource(lanes[i]->kind, i, lanes[i]->operand);
            if (!lanes[from]) return false; // not in the mask: what it reads is undefined
            lanes[i]->result = lanes[from]->bits;
        }
    for (Item* other : lanes)
        if (other) other->state = State::Ready;
    return true;
}

// Nobody can go on but past a barrier that all have reached.
void GroupRunner::releaseAll()
{
    int line = items[0].line;
    if (!std::all_of(items.begin(), items.end(),
            [=](const Item& i) { return i.state == State::Barrier && i.line == line; }))
        return explain();
    for (Item& item : items) item.state = State::Ready;
    phase++;
}

// Why nobody can go on.
void GroupRunner::explain()
{
    auto waits = [](const Item& i)
    { return i.state == State::Barrier || i.state == State::Shuffle || i.state == State::Multiply; };
    const Item& first = *std::find_if(items.begin(), items.end(), waits);
    int same = (int)std::count_if(items.begin(), items.end(),
        [&](const Item& i) { return i.state == first.state && i.line == first.line; });
    auto number = [](size_t n) { return std::to_string(n); };
    std::string what = first.state == State::Barrier ? "a barrier"
        : first.state == State::Shuffle ? "a shuffle" : "mma.sync";
    fault = { CudaLaunchFailed, what + " (line " + number(first.line) + ") that " + number(same) + " of "
        + number(items.size()) + " items reach; " + number(count(State::Done)) + " have ended" };
}

extern "C" {

void cpu_barrier(int line) { current_->barrier(line); }

unsigned cpu_shuffle(unsigned mask, unsigned bits, int kind, int operand, int line)
{ return current_->shuffle(mask, bits, kind, operand, line); }

void cpu_multiply(int kind, cpu_fragments* own, int line) { current_->multiply(kind, own, line); }

}
