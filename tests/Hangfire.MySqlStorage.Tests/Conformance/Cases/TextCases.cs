using Hangfire.Common;
using Hangfire.MySqlStorage.Tests.Conformance.Storages;
using Hangfire.MySqlStorage.Tests.Support;
using Hangfire.Server;

namespace Hangfire.MySqlStorage.Tests.Conformance.Cases;

/// <summary>Texts as users have them, wherever a storage takes a text: each must come back as it was.</summary>
public sealed class TextCases(StorageUnderTest subject) : StorageCases(subject)
{
    private static readonly Dictionary<string, string> All = new()
    {
        ["empty"] = "",
        ["space"] = " ",
        ["spaces before"] = "  text",
        ["spaces after"] = "text  ",
        ["umlauts"] = "Äpfel für Ödön",
        ["combining"] = "A\u0308pfel",
        ["Chinese"] = "定时任务",
        ["right to left"] = "مهمة",
        ["emoji"] = "😀👩‍👩‍👧‍👦🏳️‍🌈",
        ["quotes"] = "it's \"so\" `here`",
        ["backslash"] = @"C:\temp\%_\",
        ["percent"] = "100%_of?*",
        ["lines"] = "one\ntwo\r\nthree\ttab",
        ["parameter"] = "@p0 :p1 $1 {0} {1}",
        ["comment"] = "-- no; /* comment */ # here",
        ["nul"] = "a\0b",
        ["letters of 250"] = new string('x', 250),
        ["emoji of 250"] = string.Concat(Enumerable.Repeat("😀", 125)),
    };

    public static IEnumerable<string> Texts => All.Keys;

    /// <summary>Empty names of queues and locks are refused.</summary>
    public static IEnumerable<string> NamingTexts => All.Keys.Where(name => name is not "empty");

    [RowsOf(nameof(Texts))]
    public void Set_KeepsKeyAndValue(string name)
    {
        var text = All[name];
        Commit(transaction => transaction.AddToSet(text, text, 1));
        Assert.Equal(text, Read(connection => connection.GetAllItemsFromSet(text)).Single());
        Assert.Equal([text], Read(connection => connection.GetFirstByLowestScoreFromSet(text, 0, 2, 5)));
        Commit(transaction => transaction.RemoveFromSet(text, text));
        Assert.Equal(0, Read(connection => connection.GetSetCount(text)));
    }

    [RowsOf(nameof(Texts))]
    public void Hash_KeepsKeyFieldAndValue(string name)
    {
        var text = All[name];
        Commit(transaction => transaction.SetRangeInHash(text, Pairs(text, text)));
        Assert.Equal(KeyValuePair.Create(text, text), Read(connection => connection.GetAllEntriesFromHash(text)).Single());
        Assert.Equal(text, Read(connection => connection.GetValueFromHash(text, text)));
    }

    [RowsOf(nameof(Texts))]
    public void List_KeepsKeyAndValue(string name)
    {
        var text = All[name];
        Commit(transaction => transaction.InsertToList(text, text));
        Assert.Equal([text], Read(connection => connection.GetAllItemsFromList(text)));
        Commit(transaction => transaction.RemoveFromList(text, text));
        Assert.Equal(0, Read(connection => connection.GetListCount(text)));
    }

    [RowsOf(nameof(Texts))]
    public void Counter_KeepsKey(string name)
    {
        Commit(transaction => transaction.IncrementCounter(All[name]));
        Assert.Equal(1, Read(connection => connection.GetCounter(All[name])));
    }

    [RowsOf(nameof(Texts))]
    public void Job_KeepsArgument(string name) =>
        Assert.Equal(All[name], Read(connection => connection.GetJobData(CreateJob(TestJobs.Run(All[name])))).Job.Args[1]);

    [RowsOf(nameof(Texts))]
    public void JobParameter_KeepsNameAndValue(string name)
    {
        var text = All[name];
        var id = CreateJob(parameters: new Dictionary<string, string> { [text] = text });
        Assert.Equal(text, Read(connection => connection.GetJobParameter(id, text)));
        Do(connection => connection.SetJobParameter(id, text, "new"));
        Assert.Equal(KeyValuePair.Create(text, "new"), Read(connection => connection.GetJobData(id)).ParametersSnapshot.Single());
    }

    [RowsOf(nameof(Texts))]
    public void State_KeepsReasonAndData(string name)
    {
        var text = All[name];
        var state = Read(connection => connection.GetStateData(CreateJobIn(new TestState("State", text, (text, text)))));
        Assert.Equal((text, text), (state.Reason, state.Data[text]));
    }

    [RowsOf(nameof(NamingTexts))]
    public void Queue_KeepsName(string name)
    {
        var queue = All[name];
        var id = CreateJob();
        Commit(transaction => transaction.AddToQueue(queue, id));
        Assert.Equal(queue, Monitor.Queues().Single().Name);
        Assert.Equal(1, Monitor.EnqueuedCount(queue));
        Assert.Equal(id, FetchAndRemove(queue));
    }

    [RowsOf(nameof(NamingTexts))]
    public void Lock_KeepsResource(string name)
    {
        using var connection = Connect();
        using (connection.AcquireDistributedLock(All[name], TimeSpan.Zero))
        {
            using var other = Connect();
            var error = Assert.ThrowsAny<Storage.DistributedLockTimeoutException>(() => other.AcquireDistributedLock(All[name], TimeSpan.Zero));
            Assert.EndsWith(All[name], error.Resource, StringComparison.Ordinal);
        }
    }

    [RowsOf(nameof(Texts))]
    public void Server_KeepsNameAndQueues(string name)
    {
        var text = All[name];
        Do(connection =>
        {
            connection.AnnounceServer(text, new ServerContext { WorkerCount = 1, Queues = [text] });
            connection.Heartbeat(text);
        });
        var server = Monitor.Servers().Single();
        Assert.Equal((text, text), (server.Name, server.Queues.Single()));
    }

    [Row("text", "TEXT")]
    [Row("a", "ä")]
    [Row("\u00c4", "A\u0308")]
    [Row("😀", "😁")]
    [Row("ss", "ß")]
    [Row("text", " text")]
    [Row("1", "01")]
    public void Texts_ThatLookAlike_AreKeptApart(string one, string other)
    {
        Commit(transaction =>
        {
            transaction.AddRangeToSet(Key, [one, other]);
            transaction.SetRangeInHash(Key, Pairs(one, "one", other, "other"));
            transaction.IncrementCounter(one);
        });
        Assert.Equal(2, Read(connection => connection.GetSetCount(Key)));
        Assert.Equal(("one", "other"), (Read(c => c.GetValueFromHash(Key, one)), Read(c => c.GetValueFromHash(Key, other))));
        Assert.Equal((1, 0), (Read(c => c.GetCounter(one)), Read(c => c.GetCounter(other))));
    }

    public void Texts_ThatDifferByTrailingSpaces_AreKeptApart()
    {
        Commit(transaction => transaction.AddRangeToSet(Key, ["text", "text "]));
        Assert.Equal(2, Read(connection => connection.GetSetCount(Key)));
    }
}
