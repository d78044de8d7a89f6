using System.Text;
using PinScheduler.Stages.Clean.Rules;

namespace PinScheduler.Tests.Stages.Clean.Rules;

/// <summary>That the usual records take the fast way; that its outcome is right is for <see cref="RulesPropertyTests"/>.</summary>
public sealed class FlatObjectTests
{
    private static readonly Field[] Fields = [new("index", []), new("title", []), new("age", [])];

    [Theory]
    [InlineData("""{"index":1,"title":"a long enough text","downloaded":1,"age":null}""", true)]
    [InlineData("""{ "index": -1.5e+3, "title": "with \"escapes\" \u00e9 \n", "age": true }""", true)]
    [InlineData("""{"index":1,"title":"a long enough text","age":[1]}""", false)]
    [InlineData("""{"index":1,"title":"a long enough text","\u0061ge":1}""", false)]
    [InlineData("""{"index":1,"title":"a long enough text","age":1}}""", false)]
    [InlineData("""{"index":1,"title":"a long enough text","age":01}""", false)]
    [InlineData("""{"index":1,"title":"a long enough text \x","age":1}""", false)]
    [InlineData("{\"index\":1,\"title\":\"a long enough text \t\",\"age\":1}", false)]
    [InlineData("""{"index":1}""", false)]
    public void TryRead_TakesPlainRecordsOnly(string line, bool taken)
    {
        var flat = new FlatObject(Fields);
        var values = new FieldValue[Fields.Length];

        Assert.Equal(taken, flat.TryRead(Encoding.UTF8.GetBytes(line), values));
        Assert.Equal(taken, flat.TryRead(Encoding.UTF8.GetBytes(line), values));
    }

    [Fact]
    public void TryRead_FindsTheValues_WhateverTheRecordBeforeHad()
    {
        var flat = new FlatObject(Fields);
        foreach (var line in new[]
        {
            """{"index":1,"title":"a long enough text","age":7}""",
            """{"index":1,"title":"a long enough text","age":7,"more":8}""",
            """{"index":1,"title":"a long enough text","age":7}""",
            """{"title":"a long enough text","index":1,"age":7} """,
            """{"index":1,  "title":"a long enough text","age":7 }""",
            """{"more":"","index":1,"title":"a long enough text","age":7,"index":1}""",
        })
        {
            var values = new FieldValue[Fields.Length];
            var bytes = Encoding.UTF8.GetBytes(line);

            Assert.True(flat.TryRead(bytes, values), line);
            Assert.Equal(["1", "a long enough text", "7"], values.Select(value => Encoding.UTF8.GetString(value.In(bytes))));
        }
    }
}
