using Confluent.Kafka;
using Microsoft.Extensions.Options;
using MySqlConnector;
using PinScheduler.Kafka;

namespace PinScheduler.Stages.Emulate;

/// <summary>Stage `emulate`: random posts of the source tables go through the ingestion API into the three topics. At least once: an attempt that died is followed by one that goes on where it was known to have come, with the same posts.</summary>
internal sealed class EmulateStage(SourceTables tables, IngestionClient client, TopicCatalog catalog, EmulatedOffsetStore offsets, EmulateProgressStore progress, IOptions<KafkaOptions> kafka, IOptions<EmulateOptions> options, TimeProvider time) : IStage
{
    /// <summary>What an attempt that dies leaves to be sent twice.</summary>
    private static readonly TimeSpan SaveEvery = TimeSpan.FromSeconds(1);

    public async Task<StageResult> RunAsync(StageContext context, CancellationToken cancellationToken)
    {
        var posts = context.Parameters.Whole("posts") ?? options.Value.Posts;
        try
        {
            var before = await TopicsAsync(cancellationToken);
            // of its own run, so that a second attempt sends what the first did and clean finds nothing new in it
            var seed = context.Parameters.Whole("seed") ?? options.Value.Seed ?? context.RunId;
            EmulateLog.Sending(context.Log, posts, seed);
            var work = EmulateWork.Of(context.RunId, seed, posts, before);
            var confirmed = new ConfirmedPosts(await progress.FindAsync(work, cancellationToken));
            try
            {
                await SendAsync(work, confirmed, context, cancellationToken);
                await KeepEndsAsync(before, context, cancellationToken);
            }
            catch (Exception) when (confirmed.All > confirmed.Noted.Confirmed)
            {
                EmulateLog.GoAgain(context.Log, confirmed.All, confirmed.Noted.Confirmed, confirmed.All - confirmed.Noted.Confirmed);
                throw;
            }
        }
        catch (KafkaException exception)
        {
            throw new StageFailedException($"Kafka at '{kafka.Value.BootstrapServers}' does not answer: {exception.Error.Reason}.", retry: true, exception);
        }
        catch (MySqlException exception) when (exception.ErrorCode is MySqlErrorCode.NoSuchTable or MySqlErrorCode.BadFieldError or MySqlErrorCode.TableAccessDenied)
        {
            throw new StageFailedException($"The source cannot be read: {exception.Message}. It needs the tables {string.Join(", ", DataSet.All.Select(set => $"'{set.SourceTable}' with '{set.IndexColumn}'"))}; see 'ConnectionStrings:Source'.", retry: false, exception);
        }

        EmulateLog.Sent(context.Log, posts, posts * DataSet.All.Count);
        return StageResult.Of(("posts", posts), ("records", posts * DataSet.All.Count));
    }

    private async Task SendAsync(EmulateWork work, ConfirmedPosts confirmed, StageContext context, CancellationToken cancellationToken)
    {
        var start = confirmed.Noted;
        if (start.Confirmed > 0)
        {
            EmulateLog.GoingOn(context.Log, start.Confirmed);
            context.Report(start.Confirmed, work.Posts, "posts");
        }

        if (start.Confirmed == work.Posts)
        {
            return;
        }

        var picker = await PostPicker.CreateAsync(tables, work.Seed, work.Posts - start.Confirmed, PostPicker.SmallPosts, cancellationToken);
        var pace = new Pace(context.Parameters.Number("postsPerSecond"), time);
        var (sent, again, savedAt) = (0L, 0L, 0L);
        await using var sending = new BoundedSends(options.Value.EmulateRequests, cancellationToken);
        await foreach (var some in picker.PickAsync(work.Posts - start.Confirmed, pace.Step, start.Draws, cancellationToken))
        {
            await pace.WaitForTurnAsync(sent, cancellationToken);
            sent += some.Count;
            var chunk = confirmed.Begin(some, DataSet.All.Count);
            for (var set = 0; set < DataSet.All.Count; set++)
            {
                var (topic, row) = (kafka.Value.TopicOf(DataSet.All[set].Key), set);
                await sending.StartAsync(async token =>
                {
                    Interlocked.Add(ref again, await client.SendAsync(topic, some, row, context.Log, token));
                    if (confirmed.Confirm(chunk) is { } all)
                    {
                        context.Report(all, work.Posts, "posts");
                    }
                });
            }

            if (confirmed.UpTo is var upTo && upTo != confirmed.Noted && (savedAt == 0 || time.GetElapsedTime(savedAt) > SaveEvery))
            {
                await progress.SaveAsync(work, upTo, context.Fence, cancellationToken);
                (confirmed.Noted, savedAt) = (upTo, time.GetTimestamp());
            }
        }

        await sending.FinishAsync();
        if (again > 0)
        {
            EmulateLog.SentAgain(context.Log, again);
        }
    }

    private async Task KeepEndsAsync(List<TopicInfo> before, StageContext context, CancellationToken cancellationToken)
    {
        var after = await TopicsAsync(cancellationToken);
        if (before.Zip(after).Where(pair => pair.First.Incarnation != pair.Second.Incarnation).Select(pair => pair.First.Name).FirstOrDefault() is { } other)
        {
            throw new StageFailedException($"The topic '{other}' was made anew while records were being sent to it; some of them are lost, so all go again.", retry: true);
        }

        var ends = await Task.WhenAll(after.Select(async topic => (topic, await catalog.WatermarksAsync(topic, cancellationToken))));
        await offsets.KeepAsync(context.RunId, ends, context.Fence, cancellationToken);
    }

    private async Task<List<TopicInfo>> TopicsAsync(CancellationToken cancellationToken)
    {
        var topics = await catalog.RefreshAsync(cancellationToken);
        return [.. DataSet.All.Select(set => kafka.Value.TopicOf(set.Key)).Select(name => topics.GetValueOrDefault(name)
            ?? throw new StageFailedException($"There is no topic '{name}' in Kafka: run the task 'topics' first."))];
    }
}
