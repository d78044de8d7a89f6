namespace StorageBench.Report;

/// <summary>Everything that is printed, for a terminal or as Markdown.</summary>
internal sealed class Output(bool markdown)
{
    /// <summary>Progress goes to the error stream, so that the results can be redirected.</summary>
    public static void Progress(string line) => Console.Error.WriteLine(line);

    public void Heading(string text) => Console.WriteLine(markdown ? $"\n### {text}\n" : $"\n{text}");

    public void Line(string text) => Console.WriteLine(markdown ? $"- {text}" : $"  {text}");

    public void Write(Table table)
    {
        Heading(table.Title);
        var widths = Enumerable.Range(0, table.Header.Count).Select(column => table.Rows.Append(table.Header).Max(row => row[column].Length)).ToArray();
        WriteRow(table.Header, widths);
        if (markdown)
        {
            Console.WriteLine("|---|" + string.Concat(Enumerable.Repeat("---:|", table.Header.Count - 1)));
        }

        foreach (var row in table.Rows)
        {
            WriteRow(row, widths);
        }
    }

    private void WriteRow(IReadOnlyList<string> cells, int[] widths)
    {
        var padded = cells.Select((cell, column) => column == 0 ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]));
        Console.WriteLine(markdown ? $"| {string.Join(" | ", padded)} |" : "  " + string.Join("  ", padded));
    }
}
