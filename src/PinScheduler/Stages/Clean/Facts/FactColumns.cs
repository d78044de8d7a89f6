namespace PinScheduler.Stages.Clean.Facts;

/// <summary>
/// The two columns of a data set's fact table that its records fill. The first may be an id out of a dictionary table of the names in
/// one of the clean table's columns. What <see cref="FactRow"/> gives is said in SQL, too, over a row `c` of the clean table: for rows
/// whose records are gone.
/// </summary>
/// <param name="First">Its name.</param>
/// <param name="Second">Its name.</param>
/// <param name="Dictionary">The table of names.</param>
/// <param name="Named">The clean table's column of these names.</param>
/// <param name="FromClean">Both columns, of a row `c`.</param>
/// <param name="Keyed">Columns with a key of their own (sql/schema/0012_facts.sql).</param>
internal sealed record FactColumns(string First, string Second, string? Dictionary, string? Named, string FromClean, params string[] Keyed)
{
    /// <summary>Stands where there is no name, or no year.</summary>
    public const int None = 0;

    public static FactColumns Of(DataSet dataSet) => dataSet.Key switch
    {
        "pin" => new("category_id", "follower_count", "dim_category", "category", "coalesce((select d.id from dim_category d where d.name = c.category), 0), c.follower_count", "src", "follower_count"),
        "geo" => new("country_id", "post_year", "dim_country", "country", "coalesce((select d.id from dim_country d where d.name = c.country), 0), coalesce(year(c.`timestamp`), 0)", "src"),
        "user" => new("age", "join_year", null, null, "c.age, coalesce(year(c.date_joined), 0)", "src"),
        _ => throw new ArgumentException($"There is no fact table for the data set '{dataSet.Key}'; name its columns here.", nameof(dataSet)),
    };
}
