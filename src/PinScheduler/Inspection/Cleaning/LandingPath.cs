using Microsoft.Extensions.Options;
using PinScheduler.Kafka;
using PinScheduler.Landing;
using PinScheduler.Stages;

namespace PinScheduler.Inspection.Cleaning;

/// <summary>Finds the landing file that somebody names; nothing outside the landing folder has a name here.</summary>
internal sealed class LandingPath(LandingFolder folder, IOptions<KafkaOptions> kafka)
{
    /// <summary>The path relative to the landing folder, and whose records stand in the file.</summary>
    /// <exception cref="NotInspectableException">There is no such file, or it is none of records.</exception>
    public (string Relative, DataSet DataSet) Find(string file)
    {
        var full = Path.GetFullPath(Path.Combine(folder.Root, file));
        var relative = Path.GetRelativePath(folder.Root, full);
        if (relative.StartsWith("..", StringComparison.Ordinal) || Path.IsPathRooted(relative))
        {
            throw Wrong(file, "does not stand in the landing folder");
        }

        if (LandingFileName.TryParse(Path.GetFileName(full)) is not { } name || name.Data != Path.GetFileName(full))
        {
            throw Wrong(file, "is no landing file by its name");
        }

        if (!File.Exists(full) || IsLink(full))
        {
            throw NotInspectableException.Unknown($"There is no landing file '{file}' in '{folder.Root}'; the lineage of a run names its files.");
        }

        return DataSet.All.FirstOrDefault(set => kafka.Value.TopicOf(set.Key) == name.Topic) is { } dataSet
            ? (relative, dataSet)
            : throw Wrong(file, $"is of the topic '{name.Topic}', which is none of the pipeline's ({string.Join(", ", DataSet.All.Select(set => kafka.Value.TopicOf(set.Key)))})");
    }

    // a link below the folder leads out of it as well as a path does
    private bool IsLink(string full)
    {
        for (var at = full; at.Length > folder.Root.Length; at = Path.GetDirectoryName(at)!)
        {
            if (File.GetAttributes(at).HasFlag(FileAttributes.ReparsePoint))
            {
                return true;
            }
        }

        return false;
    }

    private static NotInspectableException Wrong(string file, string how) => new(
        StatusCodes.Status422UnprocessableEntity, $"'{file}' {how}; name one as 'lineage RUN' does: TOPIC/yyyy-MM-dd/TOPIC+PARTITION+OFFSET.json.");
}
