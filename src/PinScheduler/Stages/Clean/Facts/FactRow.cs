namespace PinScheduler.Stages.Clean.Facts;

/// <summary>What the record that was cleaned last puts into its fact table, beside the key.</summary>
/// <param name="names">Null where nobody will ask for the row.</param>
internal sealed class FactRow(NameOrdinals? names)
{
    /// <summary>A number, or the ordinal of a name among <see cref="NameOrdinals"/>.</summary>
    public int? First { get; private set; }

    public int? Second { get; private set; }

    /// <summary>Empty is none.</summary>
    public void Set(ReadOnlySpan<byte> name, int? number) => (First, Second) = (names?.Of(name), number);

    public void Set(int? first, int? second) => (First, Second) = (first, second);
}
