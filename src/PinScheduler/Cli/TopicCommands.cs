using System.CommandLine;
using System.Text.Json;

namespace PinScheduler.Cli;

internal static class TopicCommands
{
    public static Command Topics(Option<Uri> server, Option<bool> json)
    {
        var command = new Command("topics", "Shows the topics' partitions, offsets and lag");
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = new SchedulerClient(parsed.GetValue(server)!);
            var topics = new List<JsonElement>();
            foreach (var topic in (await client.GetAsync("/topics", cancellationToken)).EnumerateArray())
            {
                topics.Add(await client.GetAsync("/topics/" + Uri.EscapeDataString(topic.ToString()), cancellationToken));
            }

            if (parsed.GetValue(json))
            {
                Output.Line(JsonSerializer.Serialize(topics));
                return;
            }

            string[] columns = ["partition", "lowOffset", "highOffset", "drainedOffset", "lag"];
            foreach (var topic in topics)
            {
                Output.Table(topic.Text("name"), null, columns, [.. topic.GetProperty("partitions").EnumerateArray().Select(partition => columns.Select(partition.GetProperty).ToArray())]);
            }
        });
        return command;
    }
}
