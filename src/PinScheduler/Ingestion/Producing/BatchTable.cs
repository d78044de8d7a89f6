namespace PinScheduler.Ingestion.Producing;

/// <summary>Batches by number: what librdkafka carries with a record and brings back in its report is 64 bits, a batch's number and the record's.</summary>
internal sealed class BatchTable
{
    private readonly Lock _changing = new();
    private readonly Stack<int> _free = new();
    private ProduceBatch?[] _batches = new ProduceBatch?[64];
    private int _used;

    public int Add(ProduceBatch batch)
    {
        lock (_changing)
        {
            if (!_free.TryPop(out var number))
            {
                number = _used++;
                if (number == _batches.Length)
                {
                    var larger = new ProduceBatch?[2 * number];
                    _batches.CopyTo(larger, 0);
                    Volatile.Write(ref _batches, larger);
                }
            }

            _batches[number] = batch;
            return number;
        }
    }

    /// <summary>A batch stays until its last report: it cannot be asked for before it was added, or after it was removed.</summary>
    public ProduceBatch this[int number] => Volatile.Read(ref _batches)[number]!;

    public void Remove(int number)
    {
        lock (_changing)
        {
            _batches[number] = null;
            _free.Push(number);
        }
    }

    public static IntPtr Tag(int number, int index) => checked((IntPtr)(((long)number << 32) | (uint)index));

    public static (int Number, int Index) Read(IntPtr tag) => ((int)((long)tag >> 32), (int)(long)tag);
}
