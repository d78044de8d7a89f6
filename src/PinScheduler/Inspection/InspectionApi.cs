using Confluent.Kafka;
using PinScheduler.Inspection.Cleaning;
using PinScheduler.Inspection.Topics;
using PinScheduler.Inspection.Tracing;
using PinScheduler.Stages;
using PinScheduler.Stages.Clean;

namespace PinScheduler.Inspection;

/// <summary>What a user asks to see for himself: topics and their last records, a post of the source, and where each record went.</summary>
internal static class InspectionApi
{
    public static IServiceCollection AddInspection(this IServiceCollection services) => services
        .AddSingleton<TopicRates>()
        .AddSingleton<TopicReader>()
        .AddSingleton<LagHistory>()
        .AddSingleton<LagSampler>()
        .AddHostedService(static provider => provider.GetRequiredService<LagSampler>())
        .AddSingleton<LastRecords>()
        .AddSingleton<SourcePost>()
        .AddSingleton<LandingReader>()
        .AddSingleton<FileLines>()
        .AddSingleton<OffsetTrace>()
        .AddSingleton<RunTrace>()
        .AddSingleton<LandingPath>();

    public static void MapInspection(this WebApplication app)
    {
        var api = app.MapGroup("/api").WithTags("inspection").AddEndpointFilter(AnswerAsync);
        api.MapGet("/topics", TopicsApi.ListAsync).WithSummary("The pipeline's topics, or all: partitions with offsets, lag and rate").Produces<IReadOnlyList<TopicView>>();
        api.MapGet("/topics/{topic}", TopicsApi.ShowAsync).WithSummary("One topic: partitions with offsets, lag and rate").Produces<TopicView>().ProducesProblem(404);
        api.MapGet("/topics/{topic}/records", TopicsApi.PeekAsync).WithSummary("A topic's last records, newest first").Produces<IReadOnlyList<RecordView>>().ProducesProblem(404).ProducesProblem(422);
        api.MapGet("/topics/{topic}/lag", TopicsApi.LagAsync).WithSummary("How far the drain was behind in each of the last minutes, newest first; a day of them, a week with limit").Produces<IReadOnlyList<LagSample>>().ProducesProblem(404).ProducesProblem(422);
        api.MapGet("/topics/{topic}/partitions/{partition}/offsets/{offset}", TracingApi.OffsetAsync).WithSummary("What became of one offset: its file and line").Produces<OffsetView>().ProducesProblem(404).ProducesProblem(422);
        api.MapGet("/runs/{id}/lineage", TracingApi.RunAsync).WithSummary("The landing files behind a run, with topic, partition and offsets; all: also those of earlier runs that its results rest on").Produces<IReadOnlyList<RunFileView>>().ProducesProblem(404).ProducesProblem(422);
        api.MapGet("/runs/{id}/tasks/{task}/files", CleaningApi.FilesAsync).WithSummary("What a clean task found in each landing file: records read, new, repeated and rejected, NULLs by column, MB/s").Produces<IReadOnlyList<CleanedFileView>>().ProducesProblem(404);
        api.MapGet("/clean/explain", CleaningApi.Explain).WithSummary("What each cleaning rule does to lines of a landing file: one, the first, or the first rejected ones").Produces<IReadOnlyList<RecordExplanation>>().ProducesProblem(404).ProducesProblem(422);
        api.MapGet("/source/post", TopicsApi.PostAsync).WithSummary("One post of the source, drawn at random: its three rows as they would be sent").Produces<object>().ProducesProblem(404).ProducesProblem(503);
    }

    private static async ValueTask<object?> AnswerAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (NotInspectableException refused)
        {
            return TypedResults.Problem(refused.Message, statusCode: refused.Status);
        }
        catch (KafkaException exception)
        {
            return TypedResults.Problem($"Kafka does not answer ({exception.Error.Reason}): ask again when it is back.", statusCode: StatusCodes.Status503ServiceUnavailable);
        }
        catch (StageFailedException exception)
        {
            return TypedResults.Problem(exception.Message, statusCode: StatusCodes.Status404NotFound);
        }
    }
}
