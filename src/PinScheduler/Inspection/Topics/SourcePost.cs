using MySqlConnector;
using PinScheduler.Stages;
using PinScheduler.Stages.Emulate;

namespace PinScheduler.Inspection.Topics;

/// <summary>A post of the source tables, as emulate would send it.</summary>
internal sealed class SourcePost(SourceTables tables, SourceDatabase source)
{
    /// <exception cref="StageFailedException">There is no post.</exception>
    /// <exception cref="NotInspectableException">The source cannot be read.</exception>
    public async Task<IReadOnlyDictionary<string, RawJson>> DrawAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await DrawOneAsync(cancellationToken);
        }
        catch (SourceAwayException exception)
        {
            throw new NotInspectableException(StatusCodes.Status503ServiceUnavailable, exception.Message);
        }
        catch (MySqlException exception)
        {
            throw new NotInspectableException(StatusCodes.Status503ServiceUnavailable, source.Explain(exception));
        }
    }

    private async Task<IReadOnlyDictionary<string, RawJson>> DrawOneAsync(CancellationToken cancellationToken)
    {
        var picker = await PostPicker.CreateAsync(tables, Random.Shared.NextInt64(), posts: 1, PostPicker.SmallPosts, cancellationToken);
        await foreach (var posts in picker.PickAsync(1, 1, afterDraws: 0, cancellationToken))
        {
            return DataSet.All.Zip(posts[0].Post.Rows).ToDictionary(pair => pair.First.Key, pair => new RawJson(pair.Second.ToArray()));
        }

        throw new StageFailedException("The source has no post.");
    }
}
