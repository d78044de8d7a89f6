namespace PinScheduler.Stages.Clean.Loading;

/// <summary>
/// The rows of one index, to leave out a record that comes again right behind the first, as in files that are read in the order of their
/// index: the server need not take it in, and look up which file brought it first.
/// </summary>
internal sealed class RowsOfIndex
{
    // looked through for each row; of an index that has more, the server finds the others
    private const int Most = 64;

    private readonly List<UInt128> _hashes = new(Most);
    private int _ind;

    /// <returns>False where it is known that the row has come before.</returns>
    public bool Add(int ind, UInt128 hash)
    {
        if (ind != _ind)
        {
            _hashes.Clear();
            _ind = ind;
        }

        if (_hashes.Contains(hash))
        {
            return false;
        }

        if (_hashes.Count < Most)
        {
            _hashes.Add(hash);
        }

        return true;
    }
}
