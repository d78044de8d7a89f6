using System.Globalization;
using System.Reflection;
using Hangfire.MySql.Sql;

namespace Hangfire.MySql.Schema;

/// <summary>
/// The numbered scripts in this folder. A published script is never changed; what changes later goes into a new one, which must hold for
/// tables that Hangfire.MySqlStorage made, too, and may run again after a crash or after such a table has been rebuilt: what is there already,
/// or gone already, is no error. A later script only adds to what the first one makes, by which older tables are known.
/// </summary>
internal static class SchemaScripts
{
    public static IReadOnlyList<(int Number, string Text)> All { get; } = Read().ToList();

    /// <summary>The tables of the first script.</summary>
    public static IReadOnlyList<TableDesign> Tables { get; } = TableDesign.Read(All[0].Text);

    public static int Latest => All[^1].Number;

    /// <summary>A script's statements, for the tables under the names that they have in the database.</summary>
    public static IEnumerable<string> Statements(string script, Tables tables)
    {
        foreach (var table in Tables)
        {
            script = script.Replace($"`{{prefix}}{table.Name}`", tables.Named(table.Name).Quoted, StringComparison.Ordinal);
        }

        // the scripts are ours: a semicolon at a line's end closes a statement
        return script.Replace("{prefix}", tables.Prefix, StringComparison.Ordinal).Split(";\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }

    private static IEnumerable<(int Number, string Text)> Read()
    {
        var assembly = Assembly.GetExecutingAssembly();
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.EndsWith(".sql", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            var file = name.Split('.')[^2];
            yield return (int.Parse(file.Split('_').First(part => part.Length == 4 && part.All(char.IsDigit)), CultureInfo.InvariantCulture), reader.ReadToEnd());
        }
    }
}
