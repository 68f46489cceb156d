namespace TripletGpu.Kernels.Language;

/// <summary>
/// A barrier that knows who has left: items that wait for one that will never come are a fault of the kernel, which a
/// device would answer with a hang or with garbage.
/// </summary>
sealed class EmulatedBarrier(int participants)
{
    int waiting, left, turn;
    Exception? failure;

    /// <summary>Waits for the other items.</summary>
    /// <exception cref="InvalidOperationException">Some have left the kernel, or one has failed.</exception>
    public void Arrive()
    {
        lock (this)
        {
            waiting++;
            int mine = turn;
            CheckTurn();
            while (mine == turn && failure == null) Monitor.Wait(this);
            if (failure != null) throw new InvalidOperationException(failure.Message, failure);
        }
    }

    /// <summary>An item has ended.</summary>
    public void Leave()
    {
        lock (this)
        {
            left++;
            CheckTurn();
        }
    }

    /// <summary>An item has failed: lets the waiting ones go.</summary>
    public void Fail(Exception exception)
    {
        lock (this)
        {
            failure ??= exception;
            Monitor.PulseAll(this);
        }
    }

    void CheckTurn()
    {
        if (waiting + left < participants || waiting == 0) return;
        if (left > 0)
            failure ??= new InvalidOperationException(
            $"{waiting} items wait at a barrier and {left} have left the kernel");
        waiting = 0;
        turn++;
        Monitor.PulseAll(this);
    }
}
