using Hangfire.Common;
using Hangfire.MySql.Sql;

namespace Hangfire.MySql.Commands;

/// <summary>A job as it is stored: its method with its queue, and the arguments apart.</summary>
internal sealed record NewJob(string InvocationData, string Arguments, DateTime CreatedAt)
{
    public static NewJob Of(Job job, DateTime createdAt)
    {
        var data = Storage.InvocationData.SerializeJob(job);
        return new NewJob(Text.PlainJson(data.SerializePayload(excludeArguments: true)), Text.PlainJson(data.Arguments), createdAt);
    }
}
