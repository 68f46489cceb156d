// Events of the driver's stand-in.
#include "driver.h"

extern "C" {

int cuEventCreate(Event** event, unsigned flags)
{
    CUDA_CALL(true);
    const unsigned noTiming = 2;
    *event = driver.events.create(Event{ (flags & noTiming) == 0, nullptr });
    return flags < 4 ? CudaSuccess : CudaInvalidValue;
}

int cuEventDestroy_v2(Event* event)
{
    CUDA_CALL(true);
    return driver.events.destroy(event) ? CudaSuccess : CudaInvalidHandle;
}

int cuEventRecord(Event* event, Stream* stream)
{
    CUDA_CALL(true);
    if (!driver.events.has(event) || !driver.streams.has(stream)) return CudaInvalidHandle;
    event->time = std::make_shared<Event::Time>();
    stream->issue([time = event->time]
    {
        time->at = std::chrono::steady_clock::now();
        time->isDone = true;
        return Fault();
    });
    event->stream = stream;
    return CudaSuccess;
}

// One that was never recorded counts as complete.
int cuEventSynchronize(Event* event)
{
    CUDA_CALL(true);
    if (!driver.events.has(event)) return CudaInvalidHandle;
    if (!event->time || event->time->isDone || !driver.streams.has(event->stream)) return CudaSuccess;
    return event->stream->synchronize(event->time.get());
}

int cuEventElapsedTime(float* milliseconds, Event* start, Event* end)
{
    CUDA_CALL(true);
    if (!driver.events.has(start) || !driver.events.has(end)) return CudaInvalidHandle;
    if (!start->isTimed || !end->isTimed || !start->time || !end->time) return CudaInvalidHandle;
    if (!start->time->isDone || !end->time->isDone) return CudaNotReady;
    *milliseconds = std::chrono::duration<float, std::milli>(end->time->at - start->time->at).count();
    return CudaSuccess;
}

}
