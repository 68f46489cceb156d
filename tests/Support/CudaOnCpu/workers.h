// Threads that run a function together. They never end: workers live as long as the process.
#pragma once
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

class Workers
{
public:
    explicit Workers(int threads) : threads(threads)
    {
        for (int i = 0; i < threads; i++) std::thread([this] { loop(); }).detach();
    }

    // Runs it on each thread, and on the calling one, to the end.
    void run(const std::function<void()>& work, bool withCaller)
    {
        std::unique_lock<std::mutex> lock(mutex);
        this->work = &work;
        turn++;
        busy = threads;
        lock.unlock();
        begin.notify_all();
        if (withCaller) work();
        lock.lock();
        end.wait(lock, [&] { return busy == 0; });
    }

private:
    void loop()
    {
        for (unsigned done = 1;; done++)
        {
            std::unique_lock<std::mutex> lock(mutex);
            begin.wait(lock, [&] { return turn == done; });
            lock.unlock();
            (*work)();
            lock.lock();
            if (--busy == 0) end.notify_one();
        }
    }

    const int threads;
    std::mutex mutex;
    std::condition_variable begin, end;
    const std::function<void()>* work = nullptr;
    unsigned turn = 0;
    int busy = 0;
};
