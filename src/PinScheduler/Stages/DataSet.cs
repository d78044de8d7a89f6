namespace PinScheduler.Stages;

/// <summary>One of the three kinds of record. A post has one record of each, under the same index.</summary>
/// <param name="Key">As in task keys: drain-pin, clean-pin.</param>
/// <param name="SourceTable">Where emulate reads it.</param>
/// <param name="IndexColumn">The post's index in the source table and in the record.</param>
/// <param name="CleanTable">Where clean writes it.</param>
/// <param name="FactTable">Where clean writes what analyses need of it: a narrow row for each of the clean table's.</param>
public sealed record DataSet(string Key, string SourceTable, string IndexColumn, string CleanTable, string FactTable)
{
    public static DataSet Pin { get; } = new("pin", "pinterest_data", "index", "clean_pin", "fact_pin");

    public static DataSet Geo { get; } = new("geo", "geolocation_data", "ind", "clean_geo", "fact_geo");

    public static DataSet User { get; } = new("user", "user_data", "ind", "clean_user", "fact_user");

    public static IReadOnlyList<DataSet> All { get; } = [Pin, Geo, User];
}
