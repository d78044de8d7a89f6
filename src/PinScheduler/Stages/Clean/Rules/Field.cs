using System.Text;

namespace PinScheduler.Stages.Clean.Rules;

/// <summary>A key of a data set's records and the texts that stand for nothing in it.</summary>
internal sealed class Field(string name, IReadOnlyList<string> placeholders)
{
    private readonly byte[][] _placeholders = [.. placeholders.Select(Encoding.UTF8.GetBytes)];

    public string Name { get; } = name;

    public byte[] NameBytes { get; } = Encoding.UTF8.GetBytes(name);

    public bool IsPlaceholder(ReadOnlySpan<byte> text)
    {
        foreach (var placeholder in _placeholders)
        {
            if (text.SequenceEqual(placeholder))
            {
                return true;
            }
        }

        return false;
    }
}
