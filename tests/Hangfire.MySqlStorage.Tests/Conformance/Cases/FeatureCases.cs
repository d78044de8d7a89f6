using Hangfire.MySqlStorage.Tests.Conformance.Storages;
using Hangfire.Storage;

namespace Hangfire.MySqlStorage.Tests.Conformance.Cases;

public sealed class FeatureCases(StorageUnderTest subject) : StorageCases(subject)
{
    public static IEnumerable<string> Features =>
    [
        JobStorageFeatures.ExtendedApi, JobStorageFeatures.JobQueueProperty, JobStorageFeatures.ProcessesInsteadOfComponents,
        JobStorageFeatures.Connection.GetUtcDateTime, JobStorageFeatures.Connection.BatchedGetFirstByLowest, JobStorageFeatures.Connection.GetSetContains,
        JobStorageFeatures.Connection.LimitedGetSetCount, JobStorageFeatures.Transaction.AcquireDistributedLock, JobStorageFeatures.Transaction.CreateJob,
        JobStorageFeatures.Transaction.SetJobParameter, JobStorageFeatures.Monitoring.DeletedStateGraphs, JobStorageFeatures.Monitoring.AwaitingJobs,
    ];

    [RowsOf(nameof(Features))]
    public void HasFeature_DeclaresIt(string feature) => Assert.True(Storage.HasFeature(feature));

    [Row("no such feature")]
    [Row("")]
    [Row("TransactionalAcknowledge:String")]
    public void HasFeature_DeclaresNoOther(string feature) => Assert.False(Storage.HasFeature(feature));

    public void HasFeature_RefusesNull() => Assert.Throws<ArgumentNullException>(() => Storage.HasFeature(null!));

    public void HasFeature_TakesAnyCase() => Assert.True(Storage.HasFeature(JobStorageFeatures.JobQueueProperty.ToUpperInvariant()));

    public void LinearizableReads_AreGiven() => Assert.True(Storage.LinearizableReads);

    public void Storage_HasName() => Assert.NotEqual(Storage.GetType().ToString(), Storage.ToString());

    public void GetReadOnlyConnection_Reads()
    {
        var id = CreateJob();
        using var connection = Storage.GetReadOnlyConnection();
        Assert.NotNull(connection.GetJobData(id));
    }

    public void Monitor_IsFull() => Assert.IsAssignableFrom<JobStorageMonitor>(Monitor);

    public void Connection_MayBeDisposedTwice()
    {
        var connection = Connect();
        connection.Dispose();
        connection.Dispose();
    }
}
