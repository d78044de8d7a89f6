using Microsoft.Extensions.Options;
using PinScheduler.Database;
using PinScheduler.Stages.Clean.Facts;

namespace PinScheduler.Stages.Clean.Loading;

/// <summary>
/// How many partitions this server loads at a time, over all data sets, and the buffers in which it does so: they are some
/// megabytes each, and handed from one partition to the next.
/// </summary>
internal sealed class CleanSlots(Warehouse warehouse, IOptions<CleanOptions> options) : IDisposable
{
    private readonly SemaphoreSlim _free = new(options.Value.CleanConnections);
    private readonly Stack<CleanBuffers> _idle = new();

    /// <summary>Waits for a slot; gives its buffers back when it is disposed.</summary>
    public async Task<Slot> TakeAsync(FactColumns facts, CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken);
        lock (_idle)
        {
            var buffers = _idle.TryPop(out var used) ? used : new CleanBuffers();
            buffers.Begin(warehouse, facts);
            return new Slot(this, buffers);
        }
    }

    public void Dispose() => _free.Dispose();

    private void Return(CleanBuffers buffers)
    {
        lock (_idle)
        {
            _idle.Push(buffers);
        }

        _free.Release();
    }

    internal sealed class Slot(CleanSlots slots, CleanBuffers buffers) : IDisposable
    {
        public CleanBuffers Buffers { get; } = buffers;

        public void Dispose() => slots.Return(Buffers);
    }
}
