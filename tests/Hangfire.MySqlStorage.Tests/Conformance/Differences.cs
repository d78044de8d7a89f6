using System.IO.Enumeration;

namespace Hangfire.MySqlStorage.Tests.Conformance;

/// <summary>
/// Where a storage does not behave as a case says, and why. What is listed must fail there, so the list stays true: a difference that is gone
/// fails its test. A star stands for any text.
/// </summary>
internal static class Differences
{
    private static readonly string[] MySql = ["MySql"];
    private static readonly string[] InMemory = ["InMemory"];
    private static readonly string[] PostgreSql = ["PostgreSql"];
    private static readonly string[] Both = ["InMemory", "PostgreSql"];

    /// <summary>Features that a storage does not declare: cases that need them are not its cases.</summary>
    private static readonly Dictionary<string, string[]> Lacking = new()
    {
        // its flag for transactional acknowledgement bears a name that its generic type never has
        ["InMemory"] = ["Storage.ProcessesInsteadOfComponents", "TransactionalAcknowledge"],
        ["PostgreSql"] =
        [
            "Storage.ExtendedApi", "Storage.ProcessesInsteadOfComponents", "Connection.GetUtcDateTime", "Connection.GetSetContains", "Connection.GetSetCount.Limited",
            "Transaction.AcquireDistributedLock", "Transaction.CreateJob", "Transaction.SetJobParameter", "Monitoring.DeletedStateGraphs", "Monitoring.AwaitingJobs",
            "TransactionalAcknowledge",
        ],
    };

    private static readonly Difference[] Listed =
    [
        new("TextCases.Texts_ThatDifferByTrailingSpaces_AreKeptApart", MySql, "No collation without padding is known to both MySQL and MariaDB."),

        new("ArgumentCases.AcquireDistributedLock_RefusesEmptyResource", InMemory, "It takes any text."),
        new("ArgumentCases.AcquireDistributedLock_RefusesNegativeTimeOut", PostgreSql, "It does not look."),
        new("ArgumentCases.AddJobState_RefusesStateWithoutName", Both, "They do not look."),
        new("ArgumentCases.SetJobState_RefusesStateWithoutName", PostgreSql, "It does not look."),
        new("ArgumentCases.AddRangeToSet_RefusesNullItemBeforeCommit", PostgreSql, "It does not look."),
        new("ArgumentCases.AddToQueue_RefusesEmptyName", Both, "They take any text."),
        new("ArgumentCases.Connection_RefusesNull(GetJobData id)", PostgreSql, "It names the argument otherwise."),
        new("ArgumentCases.GetFirstByLowestScoreFromSet_Refuses*", PostgreSql, "It does not name the argument."),
        new("ArgumentCases.Monitor_RefusesNull(*)", PostgreSql, "It names the argument otherwise, or does not look."),
        new("ArgumentCases.Transaction_RefusesIdThatIsNoNumber(*)", Both, "InMemory ignores such a job; PostgreSql fails at commit."),
        new("ArgumentCases.Transaction_RefusesNullBeforeCommit(*Job* *)", PostgreSql, "It fails at commit."),
        new("ArgumentCases.Transaction_RefusesNullBeforeCommit(AddToQueue *)", PostgreSql, "It fails at commit, or names the argument otherwise."),
        new("ArgumentCases.Transaction_RefusesNullBeforeCommit(*Counter key*)", PostgreSql, "It fails at commit."),
        new("ArgumentCases.Transaction_RefusesNullBeforeCommit(AddToSet *)", PostgreSql, "It fails at commit."),
        new("ArgumentCases.Transaction_RefusesNullBeforeCommit(RemoveFromSet *)", PostgreSql, "It fails at commit."),
        new("ArgumentCases.Transaction_RefusesNullBeforeCommit(InsertToList *)", PostgreSql, "It fails at commit."),
        new("ArgumentCases.Transaction_RefusesNullBeforeCommit(RemoveFromList *)", PostgreSql, "It fails at commit."),
        new("ArgumentCases.Transaction_RefusesNullBeforeCommit(TrimList *)", PostgreSql, "It fails at commit."),

        new("FeatureCases.LinearizableReads_AreGiven", PostgreSql, "It does not promise them."),
        new("FeatureCases.Monitor_IsFull", PostgreSql, "Its monitor is the older interface only."),

        new("HashCases.SetRangeInHash_ReadsItsPairsBeforeCommit", InMemory, "It reads them at commit."),

        new("JobCases.CreateExpiredJob_KeepsCreationTime*", InMemory, "Its clock is its own."),
        new("MonitorDetailCases.JobDetails_ShowJobWithoutState", Both, "InMemory has its own clock; PostgreSql leaves out invocation data and end."),
        new("JobCases.CreateExpiredJob_SetsItsEndFromNow(*)", PostgreSql, "It counts from the creation time that it is given."),
        new("JobCases.CreateExpiredJob_KeepsParameters(*)", PostgreSql, "It gives no snapshot."),
        new("JobCases.GetJobData_*Snapshot*", PostgreSql, "It gives no snapshot."),
        new("JobCases.GetJobData_DistinguishesParametersByCase", PostgreSql, "It gives no snapshot."),
        new("TextCases.JobParameter_KeepsNameAndValue(*)", PostgreSql, "It gives no snapshot."),
        new("JobCases.GetJobData_GivesInvocationData*", PostgreSql, "It gives none."),
        new("MonitorDetailCases.JobDetails_ShowWhyJobCannotBeLoaded", PostgreSql, "It gives no reason."),
        new("JobCases.IdThatIsNoNumber_ReadsAsMissingJob(*)", PostgreSql, "It fails to parse it."),
        new("JobCases.SetJobParameter_DoesNothing_WhenJobIsMissing", PostgreSql, "A foreign key refuses it."),
        new("StateCases.SetJobState_DoesNotFail_WhenJobIsMissing", PostgreSql, "A foreign key refuses it."),
        new("StateCases.SetJobState_AsksStateForItsDataBeforeCommit", PostgreSql, "It asks at commit."),
        new("StateCases.GetStateData_FindsDataByNamesInAnyCase(*)", Both, "They know the exact name only."),
        new("MonitorDetailCases.JobDetails_FindStateDataInAnyCase", InMemory, "It knows the exact name only."),

        new("ListCases.GetRangeFromList_TakesOddRanges(-1, *", Both, "They refuse such a range."),
        new("ListCases.GetRangeFromList_TakesOddRanges(3, *", Both, "They refuse such a range."),
        new("ListCases.GetRangeFromList_TakesOddRanges(0, -1, )", InMemory, "It refuses such a range."),
        new("ListCases.GetRangeFromList_IsInclusiveAndCountsFromNewest(0, 2147483647, *", PostgreSql, "The length overflows."),
        new("SetCases.GetRangeFromSet_IsInclusiveAndCountsFromZero(0, 2147483647, *", PostgreSql, "The length overflows."),
        new("SetCases.GetFirstByLowestScoreFromSet_GivesUpToSoMany(0, 4, 2147483647, *", InMemory, "It makes room for so many."),
        new("SetCases.GetRangeFromSet_TakesOddRanges(-1*", Both, "They refuse such a range."),
        new("SetCases.GetRangeFromSet_TakesOddRanges(3, *", Both, "They refuse such a range."),
        new("SetCases.GetRangeFromSet_TakesOddRanges(0, -1, )", InMemory, "It refuses such a range."),
        new("ListCases.TrimList_TakesNegativeNumbers(-*", Both, "InMemory keeps other items; PostgreSql refuses."),
        new("ListCases.TrimList_KeepsRangeCountedFromNewest(0, 2147483647, *", Both, "The length overflows."),
        new("ListCases.TrimList_KeepsRangeCountedFromNewest(0, 0, *", PostgreSql, "It counts from the oldest item."),
        new("ListCases.TrimList_KeepsRangeCountedFromNewest(0, 1, *", PostgreSql, "It counts from the oldest item."),
        new("ListCases.TrimList_KeepsRangeCountedFromNewest(1, 2, *", PostgreSql, "It counts from the oldest item."),
        new("ListCases.TrimList_KeepsRangeCountedFromNewest(2, 100, *", PostgreSql, "It counts from the oldest item."),
        new("ListCases.TrimList_KeepsRangeCountedFromNewest(4, 4, *", PostgreSql, "It counts from the oldest item."),
        new("ListCases.TrimList_AfterEachInsert_KeepsNewest", PostgreSql, "It counts from the oldest item."),
        new("ListCases.Commands_OnOneList_KeepTheirOrder", PostgreSql, "It counts from the oldest item."),

        new("SetCases.AddToSet_OrdersEqualScoresByInsertion", InMemory, "It orders them by text, as Redis does."),
        new("SetCases.AddToSet_OrdersByScore", PostgreSql, "It orders by insertion alone."),
        new("SetCases.AddToSet_ReplacesScore", PostgreSql, "It orders by insertion alone."),
        new("SetCases.Commands_OnOneSet_KeepTheirOrder", PostgreSql, "It orders by insertion alone."),
        new("SetCases.AddRangeToSet_AddsToWhatIsThere", PostgreSql, "A unique key refuses it."),
        new("SetCases.AddRangeToSet_TakesSameItemTwice", PostgreSql, "A unique key refuses it."),

        new("TtlCases.Ttl_IsMinusOneSecond_WhenThereIsNoEnd(*)", InMemory, "It gives -1 ms."),

        new("LockCases.Lock_IsFree_WhenItsConnectionIsDisposed", PostgreSql, "Its lock is a row, which stays."),
        new("LockCases.Lock_DisposedAfterItsConnection_DoesNothing", PostgreSql, "Its lock is a row, which stays."),

        new("QueueCases.Dispose_GivesJobBack_WhenNothingWasSaid", InMemory, "It forgets an abandoned job."),
        new("QueueCases.Feature_IsDeclaredForTheVeryTypeThatIsFetched", Both, "InMemory declares it for a type that does not exist; PostgreSql for none."),
        new("QueueCases.FetchNextJob_SeesItsQueuesOnly", InMemory, "It shows a queue that somebody has only waited for."),
        new("QueueCases.FetchNextJob_ThrowsAtOnce_WhenCancelledBefore(True)", InMemory, "It gives a job that is there."),
        new("QueueCases.FetchNextJob_TakesQueuesInTheirOrder(b, a)", PostgreSql, "It takes queues by insertion."),
        new("QueueCases.FetchNextJob_TakesQueuesInTheirOrder(z, default)", PostgreSql, "It takes queues by insertion."),
        new("QueueCases.FetchNextJob_KeepsOrderOfOneTransaction", PostgreSql, "It takes jobs in no order.", Always: false),
        new("QueueCases.FetchNextJob_GivesOldestFirst(*)", PostgreSql, "It takes jobs in no order.", Always: false),

        new("ServerCases.AnnounceServer_ReplacesWhatServerHadSaid", InMemory, "It keeps what a server said first."),
        new("ServerCases.RemoveTimedOutServers_TakesZero", InMemory, "It refuses zero."),
        new("ServerCases.Servers_AreSortedByName", PostgreSql, "It does not sort.", Always: false),

        new("TextCases.*Key*(nul)", PostgreSql, "Its texts cannot hold this character."),
        new("TextCases.State_*(nul)", PostgreSql, "Its texts cannot hold this character."),
        new("TextCases.Lock_*(nul)", PostgreSql, "Its texts cannot hold this character."),
        new("TextCases.Queue_*(nul)", PostgreSql, "Its texts cannot hold this character."),
        new("TextCases.Server_*(nul)", PostgreSql, "Its texts cannot hold this character."),

        new("TransactionCases.Write_IsDoneOnce_WhenCommittedTwice(state)", Both, "They write it again."),
        new("TransactionCases.Write_IsDoneOnce_WhenCommittedTwice(queue)", Both, "They write it again."),
        new("TransactionCases.Write_IsDoneOnce_WhenCommittedTwice(counter)", Both, "They write it again."),
        new("TransactionCases.Write_IsDoneOnce_WhenCommittedTwice(list)", Both, "They write it again."),
        new("TransactionCases.Commit_MayBeFollowedByMoreCommands", Both, "They write what came before again."),
        new("TransactionCases.Write_IsUndone_WhenAnotherOfItsTransactionFails(*)", Both, "They take keys of any length, so nothing fails."),
        new("*_OfMany*", PostgreSql, "Writers that meet may fail, and it does not try again.", Always: false),

        new("MonitorDetailCases.Statistics_CountRetriesAndAwaitingJobs", PostgreSql, "It leaves them out."),
        new("MonitorQueueCases.*JobThatIsMissing*", PostgreSql, "It leaves such a job out."),
        new("MonitorQueueCases.EnqueuedJobs_ShowJobThatIsMissing_AsNothing", InMemory, "It shows an empty entry."),
        new("MonitorQueueCases.EnqueuedJobs_ShowJobWithoutState", PostgreSql, "It takes any job in a queue for enqueued."),
        new("MonitorQueueCases.EnqueuedJobs_ShowJobInAnotherState", PostgreSql, "It takes any job in a queue for enqueued."),
        new("MonitorQueueCases.EnqueuedJobs_ShowAllOfJob", PostgreSql, "It leaves out invocation data."),
        new("MonitorQueueCases.EnqueuedJobs_TakeStateInAnyCase(*)", PostgreSql, "It takes the time from the state's data alone."),
        new("MonitorQueueCases.EnqueuedJobs_ShowJobAsOftenAsItIsQueued", PostgreSql, "It shows it once."),
        new("MonitorQueueCases.FetchedJobs_*", InMemory, "It knows no fetched jobs."),
        new("MonitorQueueCases.Queues_CountFetchedJobsApart", InMemory, "It knows no fetched jobs."),
        new("MonitorQueueCases.Queues_ShowQueueWithNothingButFetchedJobs", InMemory, "It knows no fetched jobs."),
        new("MonitorStateCases.List_IsPaged_*(Processing, 0*", PostgreSql, "It shows the newest first."),
        new("MonitorStateCases.List_IsPaged_*(Processing, 1*", PostgreSql, "It shows the newest first."),
        new("MonitorStateCases.List_IsPaged_*(Processing, 4*", PostgreSql, "It shows the newest first."),
        new("MonitorStateCases.List_IsPaged_*(Scheduled, 0*", PostgreSql, "It shows the newest first."),
        new("MonitorStateCases.List_IsPaged_*(Scheduled, 1*", PostgreSql, "It shows the newest first."),
        new("MonitorStateCases.List_IsPaged_*(Scheduled, 4*", PostgreSql, "It shows the newest first."),
        new("MonitorStateCases.List_ShowsJobAndItsState(*)", PostgreSql, "It leaves out the state's data."),
        new("MonitorStateCases.List_ShowsJobWithoutStateData(*)", PostgreSql, "It fails without them."),
        new("MonitorStateCases.SucceededJobs_ShowNoDuration_WhenThereIsNone", PostgreSql, "It fails without state data."),
        new("MonitorStateCases.ProcessingJobs_ShowServerByItsOlderName", InMemory, "It never wrote that name."),
    ];

    public static IEnumerable<(string Case, string[] Storages)> All => Listed.Select(one => (one.Case, one.Storages));

    public static bool Lacks(string storage, string feature) => Lacking.TryGetValue(storage, out var features) && features.Contains(feature);

    /// <summary>Why a storage differs in a case, and whether it does so each time; null where it does not.</summary>
    public static (string Why, bool Always)? Of(string name, string storage)
    {
        if (name.StartsWith("FeatureCases.HasFeature_DeclaresIt(", StringComparison.Ordinal) && Lacks(storage, name.Split('(', ')')[1]))
        {
            return ("It lacks the feature.", true);
        }

        return Listed.FirstOrDefault(one => one.Storages.Contains(storage) && Matches(one.Case, name)) is { } difference ? (difference.Why, difference.Always) : null;
    }

    public static bool Matches(string pattern, string name) => FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false);

    /// <param name="Always">False where it depends on the moment: such a case proves nothing there and is not run.</param>
    private sealed record Difference(string Case, string[] Storages, string Why, bool Always = true);
}
