using System.Diagnostics;
using System.Text.Json.Serialization;
using Dapper;
using PinScheduler.Database;

namespace PinScheduler.Source;

/// <summary>POST /api/source/seed: the seeded source anew, with so many posts; answered when it is there.</summary>
internal static class SourceApi
{
    public static void MapSource(this WebApplication app) => app.MapPost("/api/source/seed", SeedAsync).WithTags("source")
        .WithSummary("Makes the seeded source anew, with so many posts; one of the user's own is never touched").Produces<Seeded>().ProducesProblem(409).ProducesProblem(415).ProducesProblem(422);

    private static async Task<IResult> SeedAsync(SeedRequest request, SourceSeeder seeder, Warehouse warehouse, CancellationToken cancellationToken)
    {
        if (request.Posts is not (>= 1 and <= SourceOptionsValidator.MostPosts))
        {
            return TypedResults.Problem($"'posts' is {request.Posts?.ToString() ?? "missing"}; it must be 1 to {SourceOptionsValidator.MostPosts}.", statusCode: StatusCodes.Status422UnprocessableEntity);
        }

        // it would send some posts of the one source and some of the other
        if (await ActiveRunAsync(warehouse, cancellationToken) is { } run)
        {
            return TypedResults.Problem($"Run {run} has not ended and may be reading the source; wait for it, or cancel it.", statusCode: StatusCodes.Status409Conflict);
        }

        var started = Stopwatch.GetTimestamp();
        try
        {
            await seeder.SeedAsync(request.Posts.Value, cancellationToken);
        }
        catch (InvalidOperationException refused)
        {
            return TypedResults.Problem(refused.Message, statusCode: StatusCodes.Status409Conflict);
        }

        return TypedResults.Ok(new Seeded(request.Posts.Value, Math.Round(Stopwatch.GetElapsedTime(started).TotalSeconds, 3)));
    }

    private static async Task<long?> ActiveRunAsync(Warehouse warehouse, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenAsync(cancellationToken);
        return await connection.QueryFirstOrDefaultAsync<long?>(new CommandDefinition(
            "select r.id from run r join task_run t on t.run_id = r.id where r.state in ('queued', 'running') and t.task_key = 'emulate' and t.state in ('waiting', 'queued', 'running', 'retrying') limit 1", cancellationToken: cancellationToken));
    }

    [JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
    private sealed record SeedRequest(long? Posts);

    private sealed record Seeded(long Posts, double Seconds);
}
