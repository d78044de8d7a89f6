namespace DashboardBench.Measure;

internal static class Table
{
    public static void Row(string what, params object[] cells) => Console.WriteLine($"| {what} | {string.Join(" | ", cells.Select(static cell => cell is double number ? Figures.Text(number) : cell))} |");
}
