using PinScheduler.Landing;
using PinScheduler.Stages;

namespace WarehouseBench.Data;

/// <summary>The open landing file of each partition of a topic.</summary>
internal sealed class PartitionFiles(string folder, DataShape shape, DataSet set) : IDisposable
{
    private static readonly DateOnly FirstDay = new(2026, 11, 1);

    private readonly LandingFolder _landing = new(DataFile.LandingOf(folder));
    private readonly OpenFile?[] _open = new OpenFile?[shape.Partitions];
    private readonly long[] _offsets = new long[shape.Partitions];
    private int _night = 1;

    public List<DataFile> Files { get; } = [];

    public void Append(int partition, ReadOnlySpan<byte> line)
    {
        var open = _open[partition] ??= Open(partition);
        open.File.Append(line);
        open.Records++;
        if (open.File.Length >= shape.FileBytes)
        {
            Close(partition);
        }
    }

    public void EndNight(int night)
    {
        for (var partition = 0; partition < _open.Length; partition++)
        {
            Close(partition);
        }

        _night = night + 1;
    }

    public void Dispose()
    {
        foreach (var open in _open)
        {
            open?.File.Dispose();
        }
    }

    private OpenFile Open(int partition)
    {
        var (topic, day) = (DataFile.TopicOf(set), FirstDay.AddDays(_night - 1));
        _landing.CreateDay(topic, day);
        var path = LandingFolder.Relative(topic, day, new LandingFileName(topic, 1, partition, _offsets[partition]).Data);
        return new OpenFile(new AppendFile(_landing.FullPath(path)), path);
    }

    private void Close(int partition)
    {
        if (_open[partition] is not { } open)
        {
            return;
        }

        open.File.Write();
        Files.Add(new DataFile(_night, set.Key, partition, _offsets[partition], open.Records, open.File.Length, open.File.Checksum, open.Path));
        _offsets[partition] += open.Records;
        open.File.Dispose();
        _open[partition] = null;
    }

    private sealed record OpenFile(AppendFile File, string Path)
    {
        public long Records { get; set; }
    }
}
