namespace PinScheduler.Stages.Analyze.Rollups;

/// <summary>Landing files whose rows are new, as a condition on `src`: their numbers mostly follow each other, so it is short.</summary>
internal sealed class NewFiles
{
    // beyond it the server thinks longer about the ranges than it would about all rows
    private const int MostRanges = 200;

    private readonly List<(long First, long Last)> _ranges = [];

    /// <param name="ids">In ascending order.</param>
    public NewFiles(IReadOnlyList<long> ids)
    {
        Count = ids.Count;
        foreach (var id in ids)
        {
            if (_ranges.Count > 0 && _ranges[^1].Last == id - 1)
            {
                _ranges[^1] = (_ranges[^1].First, id);
            }
            else
            {
                _ranges.Add((id, id));
            }
        }
    }

    public int Count { get; }

    public bool TooScattered => _ranges.Count > MostRanges;

    public string Only => $"({string.Join(" or ", _ranges.Select(static range => $"src between {range.First} and {range.Last}"))})";

    public string Without => $"not {Only}";
}
