using System.CommandLine;
using System.Text.Json;

namespace PinScheduler.Cli;

/// <summary>`topics` and `peek`: what is in Kafka and in the source.</summary>
internal static class TopicCommands
{
    private static readonly string[] Columns = ["partition", "leader", "lowOffset", "highOffset", "drainedOffset", "lag", "rate"];

    // two looks make a rate
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1);

    public static Command Topics(ServerOptions server, Option<bool> json)
    {
        var topic = new Argument<string?>("TOPIC") { Description = "Only this one, with its partitions", Arity = ArgumentArity.ZeroOrOne };
        var all = new Option<bool>("--all") { Description = "All of the cluster's topics, not just the pipeline's" };
        var command = new Command("topics", "Shows topics: offsets, what is drained, lag and records a second") { topic, all };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = server.Connect(parsed);
            var topics = await LookAsync(client, parsed.GetValue(topic), parsed.GetValue(all), cancellationToken);
            if (topics.Any(one => one.GetProperty("rate").ValueKind == JsonValueKind.Null))
            {
                await Task.Delay(BetweenLooks, cancellationToken);
                topics = await LookAsync(client, parsed.GetValue(topic), parsed.GetValue(all), cancellationToken);
            }

            if (parsed.GetValue(json))
            {
                Output.Line(JsonSerializer.Serialize(topics));
                return;
            }

            Print(topics, parsed.GetValue(topic) is not null);
        });
        return command;
    }

    public static Command Peek(ServerOptions server, Option<bool> json)
    {
        var topic = new Argument<string?>("TOPIC") { Description = "A topic", Arity = ArgumentArity.ZeroOrOne };
        var count = new Option<int>("-n") { Description = "How many records, the newest first", DefaultValueFactory = static _ => 5 };
        var partition = new Option<int?>("--partition") { Description = "Only of this partition" };
        var source = new Option<bool>("--source") { Description = "One random post of the source tables: its three rows" };
        var command = new Command("peek", "Shows a topic's last records, or a post of the source") { topic, count, partition, source };
        command.Validators.Add(static result =>
        {
            if (result.GetValue<bool>("--source") == result.GetValue<string?>("TOPIC") is not null)
            {
                result.AddError("Name a topic, or say --source.");
            }
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = server.Connect(parsed);
            if (parsed.GetValue(source))
            {
                PrintPost(await client.GetAsync("/api/source/post", cancellationToken), parsed.GetValue(json));
                return;
            }

            var path = $"/api/topics/{Uri.EscapeDataString(parsed.GetValue(topic)!)}/records?limit={parsed.GetValue(count)}" + (parsed.GetValue(partition) is { } only ? $"&partition={only}" : "");
            var records = await client.GetAsync(path, cancellationToken);
            if (parsed.GetValue(json))
            {
                Output.Line(records.GetRawText());
                return;
            }

            foreach (var record in records.EnumerateArray())
            {
                RecordText.Print(record);
            }

            if (records.GetArrayLength() == 0)
            {
                await Console.Error.WriteLineAsync($"'{parsed.GetValue(topic)}' holds no record.");
            }
        });
        return command;
    }

    private static async Task<IReadOnlyList<JsonElement>> LookAsync(SchedulerClient client, string? topic, bool all, CancellationToken cancellationToken) => topic is null
        ? [.. (await client.GetAsync("/api/topics" + (all ? "?all=true" : ""), cancellationToken)).EnumerateArray()]
        : [await client.GetAsync("/api/topics/" + Uri.EscapeDataString(topic), cancellationToken)];

    private static void Print(IReadOnlyList<JsonElement> topics, bool partitions)
    {
        if (topics.Count == 0)
        {
            Console.Error.WriteLine("There are no topics of the pipeline yet: the task 'topics' of a run makes them.");
        }
        else if (partitions)
        {
            Output.Table(topics[0].Text("topic"), null, Columns, [.. topics[0].GetProperty("partitions").EnumerateArray().Select(partition => Columns.Select(partition.GetProperty).ToArray())], keep: 4);
        }
        else
        {
            string[] columns = ["topic", "dataSet", "partitions", "records", "lag", "rate"];
            Output.Table("topics", null, columns, [.. topics.Select(topic => columns
                .Select(column => column == "partitions" ? JsonSerializer.SerializeToElement(topic.GetProperty(column).GetArrayLength()) : topic.GetProperty(column)).ToArray())]);
        }
    }

    private static void PrintPost(JsonElement post, bool json)
    {
        if (json)
        {
            Output.Line(post.GetRawText());
            return;
        }

        foreach (var set in post.EnumerateObject())
        {
            Output.Line(set.Name, "bold");
            RecordText.PrintFields(set.Value);
        }
    }
}
