using System.Globalization;
using System.IO.Compression;

namespace PinScheduler.Landing;

/// <summary>The folder of landing files: `{topic}/{yyyy-MM-dd}/{file}`. The ledger keeps paths relative to it, so that it can be moved.</summary>
internal sealed class LandingFolder(string root)
{
    private const int UnpackBuffer = 256 * 1024;

    public string Root { get; } = Path.GetFullPath(root);

    /// <summary>Where the file of a ledger row stands now.</summary>
    public string FullPath(string relative) => Path.Combine(Root, relative);

    /// <summary>The lines of a landing file, unpacked on the way where it is packed.</summary>
    /// <exception cref="IOException">Among others where there is no such file.</exception>
    public Stream OpenRead(string relative)
    {
        // whoever reads a plain file brings a buffer of his own; the unpacker takes small bites
        var packed = LandingFileName.IsPacked(relative);
        var file = new FileStream(FullPath(relative), FileMode.Open, FileAccess.Read, FileShare.Read, packed ? UnpackBuffer : 0, FileOptions.SequentialScan);
        return packed ? new GZipStream(file, CompressionMode.Decompress) : file;
    }

    /// <summary>With slashes on every system, as the ledger keeps it.</summary>
    public static string Relative(string topic, DateOnly date, string fileName) => $"{topic}/{Day(date)}/{fileName}";

    /// <summary>The folder of a day's files.</summary>
    public string DayPath(string topic, DateOnly date) => Path.Combine(Root, topic, Day(date));

    /// <summary>Makes the day's folder where it is missing.</summary>
    public void CreateDay(string topic, DateOnly date)
    {
        CreateRoot();
        Directory.CreateDirectory(DayPath(topic, date));
    }

    /// <summary>Makes the folder itself where it is missing.</summary>
    public void CreateRoot()
    {
        if (!Directory.Exists(Root))
        {
            Directory.CreateDirectory(Root);
            DurableFiles.FlushFolder(Path.GetDirectoryName(Root)!);
        }
    }

    /// <summary>Paths of landing files, whosever.</summary>
    public IEnumerable<string> AllFiles() => Directory.Exists(Root)
        ? Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories)
            .Where(static file => LandingFileName.TryParse(Path.GetFileName(file)) is not null)
            .Select(file => Path.GetRelativePath(Root, file).Replace(Path.DirectorySeparatorChar, '/'))
        : [];

    /// <summary>After it, the names in the day's folder at this path, and the folder itself, outlive a power cut.</summary>
    public void FlushDay(string day)
    {
        // all three each time: a process may have died between making one of them and this
        DurableFiles.FlushFolder(day);
        DurableFiles.FlushFolder(Path.GetDirectoryName(day)!);
        DurableFiles.FlushFolder(Root);
    }

    /// <summary>Every file below the topic's folder that a drain has made or begun, as relative path and name.</summary>
    public IEnumerable<(string Relative, LandingFileName Name)> Files(string topic)
    {
        var folder = new DirectoryInfo(Path.Combine(Root, topic));
        if (!folder.Exists)
        {
            yield break;
        }

        foreach (var day in folder.EnumerateDirectories())
        {
            foreach (var file in day.EnumerateFiles())
            {
                if (LandingFileName.TryParse(file.Name) is { } name && name.Topic == topic)
                {
                    yield return ($"{topic}/{day.Name}/{file.Name}", name);
                }
            }
        }
    }

    private static string Day(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
