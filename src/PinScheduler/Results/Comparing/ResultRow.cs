using System.Text.Json;

namespace PinScheduler.Results.Comparing;

/// <summary>A row of a result that is compared: its text and its cells.</summary>
internal sealed class ResultRow(string text)
{
    public string Text { get; } = text;

    public JsonElement[] Cells { get; } = [.. JsonDocument.Parse(text).RootElement.EnumerateArray()];

    // a JSON text cannot run into its neighbour
    public string KeyOf(IReadOnlyList<int> columns) => string.Join(',', columns.Select(column => Cells[column].GetRawText()));
}
