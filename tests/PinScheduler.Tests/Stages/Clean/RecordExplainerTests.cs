using System.Text;
using CsCheck;
using PinScheduler.Stages;
using PinScheduler.Stages.Clean;
using PinScheduler.Tests.Stages.Clean.Rules;

namespace PinScheduler.Tests.Stages.Clean;

public sealed class RecordExplainerTests
{
    [Fact]
    public void Explain_TellsWhatEachRuleDid()
    {
        var explained = Explain(DataSet.Pin, """{"ind":" 7 ","title":" No Title Data Available","description":"\u0041\u00a0","follower_count":"1.5k","tag_list":[1, "a"],"image_src":null,"save_location":"Local save in /data/art","poster_name":""}""");

        Assert.Null(explained.Reason);
        Assert.Equal(
            [
                "ind = 7: index , ind \" 7 \" > trimmed 7 > integer 7",
                "unique_id = NULL: unique_id  > missing NULL",
                "title = NULL: title \" No Title Data Available\" > trimmed No Title Data Available > placeholder NULL",
                "description = A: description \"\\u0041\\u00a0\" > without escapes A\u00a0 > trimmed A",
                "follower_count = 1500: follower_count \"1.5k\" > count 1500",
                "poster_name = NULL: poster_name \"\" > empty NULL",
                "tag_list = [1,\"a\"]: tag_list [1, \"a\"] > kept as its JSON text [1,\"a\"]",
                "is_image_or_video = NULL: is_image_or_video  > missing NULL",
                "image_src = NULL: image_src null > null NULL",
                "save_location = /data/art: save_location \"Local save in /data/art\" > prefix cut /data/art",
                "category = NULL: category  > missing NULL",
            ],
            explained.Columns.Select(Shown));
    }

    [Fact]
    public void Explain_TellsWhyAValueIsNull()
    {
        Assert.Equal(
            [
                "ind = 1: ind 1 > integer 1, index ",
                "country = NULL: country \" \" > empty when trimmed NULL",
                "coordinates = NULL: latitude \"91\" > no decimal number from -90 to 90 NULL, longitude 1.50",
                "timestamp = NULL: timestamp \"2020-02-30\" > no instant of the years 1000 to 9999 that exists NULL",
            ],
            Explain(DataSet.Geo, """{"ind":1,"country":" ","latitude":"91","longitude":1.50,"timestamp":"2020-02-30"}""").Columns.Select(Shown));
        Assert.Equal(
            [
                "ind = 1: ind 1e0 > integer 1, index ",
                "user_name = NULL: first_name \"A\", last_name  > missing NULL",
                "age = NULL: age 151 > no integer from 0 to 150 NULL",
                "date_joined = 2020-01-01 00:00:00.000000: date_joined \"2020-01-01T01:00+01:00\" > instant in UTC 2020-01-01 00:00:00.000000",
            ],
            Explain(DataSet.User, """{"ind":1e0,"first_name":"A","age":151,"date_joined":"2020-01-01T01:00+01:00"}""").Columns.Select(Shown));
    }

    [Theory]
    [InlineData("""{"index":"x","ind":1}""", "index is not an integer from -2147483648 to 2147483647")]
    [InlineData("{}", "index is missing")]
    [InlineData("[1]", "not a JSON object")]
    public void Explain_TellsWhyARecordIsRejected(string line, string reason)
    {
        var explained = Explain(DataSet.Pin, line);

        Assert.Equal((reason, line, 5), (explained.Reason, explained.Raw, explained.Line));
        Assert.All(explained.Columns, column => Assert.Null(column.Value));
    }

    [Fact]
    public void Explain_SaysWhatIsSkipped() => Assert.Equal("blank: skipped and not counted", Explain(DataSet.Pin, " \t").Reason);

    [Fact]
    public void Explain_GivesWhatCleanGives_AndEndsWithIt_OnDrawnRecords() => DrawnRecords.Record.Sample(
        line =>
        {
            foreach (var dataSet in DataSet.All)
            {
                var (explained, cleaned) = (Explain(dataSet, line), Cleaned.Of(dataSet, line));
                Assert.Equal(cleaned.Reason, explained.Reason);
                if (cleaned.Reason is not null)
                {
                    continue;
                }

                Assert.Equal(cleaned.Values, explained.Columns.Select(column => column.Value));
                // where one key makes a column, its last step must have led to what is there
                Assert.All(
                    explained.Columns.Where(column => column.From.Count == 1 && column.From[0].Steps.Count > 0),
                    column => Assert.Equal(column.Value, column.From[0].Steps[^1].Value));
            }
        },
        iter: 3_000);

    private static RecordExplanation Explain(DataSet dataSet, string line) => new RecordExplainer(dataSet, new CleanOptions()).Explain(Encoding.UTF8.GetBytes(line), 5);

    private static string Shown(ColumnExplanation column) => $"{column.Column} = {column.Value ?? "NULL"}: "
        + string.Join(", ", column.From.Select(field => string.Join(" > ", [$"{field.Key} {field.Raw}", .. field.Steps.Select(step => $"{step.What} {step.Value ?? "NULL"}")])));
}
