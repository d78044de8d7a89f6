using System.Text.RegularExpressions;

namespace PinScheduler.Tests;

/// <summary>Who may know whom. Rooms are folders of one project, so this test, not the compiler, keeps their doors.</summary>
public sealed partial class RoomTests
{
    private const string App = "PinScheduler";

    // a room may use itself, what stands here, and, a room below Stages, the contract at Stages' top
    private static readonly Dictionary<string, string[]> Doors = new()
    {
        ["Cli"] = [],
        ["Settings"] = [],
        ["Database"] = ["Hosting"],
        ["Kafka"] = ["Stages", "Settings"],
        ["Landing"] = ["Database", "Kafka", "Hosting", "Stages", "Settings"],
        ["Ingestion"] = ["Kafka", "Database", "Hosting", "Stages", "Telemetry", "Settings"],
        // looks into every room that keeps records, and into none that moves them
        ["Inspection"] = ["Kafka", "Database", "Landing", "Stages", "Stages.Emulate", "Stages.Clean", "Stages.Analyze"],
        ["Orchestration"] = ["Database", "Hosting", "Stages", "Telemetry", "Settings"],
        ["Notifications"] = ["Database", "Orchestration", "Orchestration.Api", "Orchestration.Events", "Orchestration.Graph", "Settings"],
        // the list of results is the list of analyses, whose headers Stages.Analyze reads
        ["Results"] = ["Database", "Hosting", "Stages.Analyze"],
        // counts for all, and asks of the database and of the queues what they know
        ["Telemetry"] = ["Database", "Orchestration.Jobs"],
        ["Tables"] = ["Database", "Stages", "Stages.Analyze"],
        ["Source"] = ["Database", "Hosting", "Stages", "Settings"],
        ["Stages"] = ["Database"],
        ["Stages.Topics"] = ["Stages", "Kafka", "Database", "Hosting"],
        ["Stages.Emulate"] = ["Stages", "Kafka", "Database", "Hosting", "Settings"],
        ["Stages.Drain"] = ["Stages", "Kafka", "Database", "Hosting", "Landing", "Telemetry", "Settings"],
        ["Stages.Clean"] = ["Stages", "Kafka", "Database", "Hosting", "Landing", "Settings"],
        ["Stages.Maintain"] = ["Stages", "Database", "Hosting", "Landing", "Settings"],
        ["Stages.Analyze"] = ["Stages", "Database", "Hosting", "Settings"],
    };

    private static readonly string[] HangfireRooms = ["Orchestration", "Dashboard", "Hosting", "Telemetry", "Program"];

    [Fact]
    public void Rooms_UseOnlyWhatTheyMay()
    {
        var strangers = from file in Sources("src/PinScheduler")
                        let room = RoomOf(file)
                        where Doors.ContainsKey(room)
                        from used in UsedNamespaces(file)
                        where used.StartsWith(App + ".", StringComparison.Ordinal)
                        let other = used[(App.Length + 1)..]
                        where other != room && !other.StartsWith(room + ".", StringComparison.Ordinal) && !Doors[room].Contains(other)
                        select $"{file} uses {used}, which {room} must not know";
        Assert.Empty(strangers);
    }

    [Fact]
    public void Hangfire_IsKnownToFewRooms() => Assert.Empty(
        from file in Sources("src/PinScheduler")
        where !HangfireRooms.Contains(RoomOf(file).Split('.')[0]) && UsedNamespaces(file).Any(used => used.StartsWith("Hangfire", StringComparison.Ordinal))
        select file);

    [Fact]
    public void Storage_KnowsNothingOfTheScheduler() => Assert.DoesNotContain(
        Sources("src/Hangfire.MySqlStorage").SelectMany(UsedNamespaces),
        used => used.StartsWith(App, StringComparison.Ordinal));

    private static IEnumerable<string> Sources(string folder) => Directory
        .EnumerateFiles(Path.Combine(MariaDb.Root, folder), "*.cs", SearchOption.AllDirectories)
        .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal));

    private static string RoomOf(string file)
    {
        var parts = Path.GetRelativePath(Path.Combine(MariaDb.Root, "src", App), file).Split('/');
        var rooms = Enumerable.Range(1, parts.Length - 1).Select(depth => string.Join('.', parts[..depth])).ToList();
        return rooms.LastOrDefault(Doors.ContainsKey) ?? rooms.LastOrDefault() ?? "Program";
    }

    private static IEnumerable<string> UsedNamespaces(string file) => Using().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value);

    [GeneratedRegex(@"^using (?:static )?(?:\w+ = )?([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Using();
}
