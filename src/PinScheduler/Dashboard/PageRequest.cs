using Hangfire.Dashboard;

namespace PinScheduler.Dashboard;

/// <summary>What a page or a button is asked for.</summary>
internal sealed class PageRequest(DashboardContext context)
{
    public CancellationToken Aborted => context.GetHttpContext().RequestAborted;

    public T Get<T>()
        where T : notnull => context.GetHttpContext().RequestServices.GetRequiredService<T>();

    /// <summary>A named part of the address.</summary>
    public string this[string name] => context.UriMatch.Groups[name].Value;
}
