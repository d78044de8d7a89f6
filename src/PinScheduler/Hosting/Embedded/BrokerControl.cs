using System.Globalization;
using static PinScheduler.Hosting.Embedded.MockClusterNative;

namespace PinScheduler.Hosting.Embedded;

/// <summary>For tests (`broker --control`): a command a line, answered by a line that is `ok` or begins with `error`.</summary>
internal sealed class BrokerControl(MockCluster cluster)
{
    public async Task RunAsync(TextReader commands, TextWriter answers, CancellationToken cancellationToken)
    {
        while (await commands.ReadLineAsync(cancellationToken) is { } line)
        {
            await answers.WriteLineAsync(Answer(line));
            await answers.FlushAsync(cancellationToken);
        }
    }

    private string Answer(string line)
    {
        try
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            MockCluster.Check(Execute(words), line);
            return "ok";
        }
        catch (Exception exception) when (exception is InvalidOperationException or FormatException or IndexOutOfRangeException)
        {
            return "error " + exception.Message;
        }
    }

    private int Execute(string[] words)
    {
        switch (words[0])
        {
            case "create":
                return rd_kafka_mock_topic_create(cluster.Handle, words[1], Number(words[2]), 1);
            case "delete":
                return rd_kafka_mock_topic_delete(cluster.Handle, words[1]);
            case "delete-records":
                return rd_kafka_mock_partition_delete_records(cluster.Handle, words[1], Number(words[2]), Number(words[3]));
            case "leader":
                return rd_kafka_mock_partition_set_leader(cluster.Handle, words[1], Number(words[2]), Number(words[3]));
            case "down":
                return rd_kafka_mock_broker_set_down(cluster.Handle, Number(words[1]));
            case "up":
                return rd_kafka_mock_broker_set_up(cluster.Handle, Number(words[1]));
            case "delay":
                return rd_kafka_mock_broker_set_rtt(cluster.Handle, Number(words[1]), Number(words[2]));
            case "errors":
                var errors = words[2..].Select(Number).ToArray();
                rd_kafka_mock_push_request_errors_array(cluster.Handle, (short)Number(words[1]), (nuint)errors.Length, errors);
                return 0;
            case "no-errors":
                rd_kafka_mock_clear_request_errors(cluster.Handle, (short)Number(words[1]));
                return 0;
            default:
                throw new FormatException($"no such command: '{words[0]}'");
        }
    }

    private static int Number(string word) => int.Parse(word, CultureInfo.InvariantCulture);
}
