using System.Globalization;

namespace PinScheduler.Landing;

/// <summary>The folder of landing files: `{topic}/{yyyy-MM-dd}/{file}`. The ledger keeps paths relative to it, so that it can be moved.</summary>
internal sealed class LandingFolder(string root)
{
    public string Root { get; } = Path.GetFullPath(root);

    /// <summary>Where the file of a ledger row stands now.</summary>
    public string FullPath(string relative) => Path.Combine(Root, relative);

    /// <summary>With slashes on every system, as the ledger keeps it.</summary>
    public static string Relative(string topic, DateOnly date, string fileName) => $"{topic}/{Day(date)}/{fileName}";

    public string DayPath(string topic, DateOnly date) => Path.Combine(Root, topic, Day(date));

    /// <summary>Makes the day's folder where it is missing.</summary>
    public void CreateDay(string topic, DateOnly date)
    {
        if (!Directory.Exists(Root))
        {
            Directory.CreateDirectory(Root);
            DurableFiles.FlushFolder(Path.GetDirectoryName(Root)!);
        }

        Directory.CreateDirectory(DayPath(topic, date));
    }

    /// <summary>After it, the names in the day's folder, and the folder itself, outlive a power cut.</summary>
    public void FlushDay(string topic, DateOnly date)
    {
        // all three each time: a process may have died between making one of them and this
        DurableFiles.FlushFolder(DayPath(topic, date));
        DurableFiles.FlushFolder(Path.Combine(Root, topic));
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
