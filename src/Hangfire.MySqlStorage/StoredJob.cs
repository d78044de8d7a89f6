using Hangfire.Common;
using Hangfire.Storage;

namespace Hangfire.MySql;

/// <summary>A job read from the database, or why it cannot be made: its method may be gone since it was stored.</summary>
internal sealed record StoredJob(InvocationData? InvocationData, Job? Job, JobLoadException? LoadException)
{
    public static StoredJob Load(string payload, string arguments)
    {
        InvocationData? data = null;
        try
        {
            data = InvocationData.DeserializePayload(payload);
            if (!string.IsNullOrEmpty(arguments))
            {
                data.Arguments = arguments;
            }

            return new StoredJob(data, data.DeserializeJob(), null);
        }
        catch (JobLoadException error)
        {
            return new StoredJob(data, null, error);
        }
        catch (Exception error) when (data is null)
        {
            return new StoredJob(null, null, new JobLoadException("The stored description of the job is not readable.", error));
        }
    }

    /// <summary>A state's data. What is not there reads as null, so that a page can show a state written by another version.</summary>
    public static StateDictionary Data(string? serialized) =>
        new(serialized is null ? null : SerializationHelper.Deserialize<Dictionary<string, string>>(serialized));
}
