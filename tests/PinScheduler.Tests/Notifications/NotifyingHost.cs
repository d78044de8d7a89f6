using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using PinScheduler.Notifications;
using PinScheduler.Orchestration;
using PinScheduler.Stages;
using PinScheduler.Tests.Orchestration;

namespace PinScheduler.Tests.Notifications;

/// <summary>A server with orchestration and notifications, and a pipeline `nightly` of a → b whose task a does what a test says.</summary>
internal static class NotifyingHost
{
    public static Task<OrchestrationHost> StartAsync(string database, Dictionary<string, string?> settings, Func<StageContext, CancellationToken, Task<StageResult>>? does = null, Action<PipelineBuilder>? describe = null) =>
        OrchestrationHost.StartAsync(
            database,
            pipeline =>
            {
                pipeline.Title("Night");
                describe?.Invoke(pipeline);
                pipeline.Add("a", does).Attempts(1);
                pipeline.Add("b").After("a");
            },
            settings: settings,
            configure: services => services.AddNotifications(new ConfigurationBuilder().AddInMemoryCollection(settings).Build()),
            map: static app => app.MapNotifications());

    public static Dictionary<string, string?> Webhook(string url, double timeout = 5) => new()
    {
        ["Notifications:Webhook:Url"] = url,
        ["Notifications:Webhook:Headers:X-Secret"] = "abc",
        ["Notifications:PublicUrl"] = "https://pins.example.org/",
        ["Notifications:TimeoutSeconds"] = timeout.ToString(System.Globalization.CultureInfo.InvariantCulture),
    };

    public static Dictionary<string, string?> WithMail(this Dictionary<string, string?> settings, int port)
    {
        settings["Notifications:Mail:Host"] = "127.0.0.1";
        settings["Notifications:Mail:Port"] = port.ToString();
        settings["Notifications:Mail:From"] = "PinScheduler <pins@example.org>";
        settings["Notifications:Mail:To:0"] = "ann@example.org";
        settings["Notifications:Mail:To:1"] = "bob@example.org";
        return settings;
    }

    public static Task WaitForSentAsync(this OrchestrationHost host, double seconds = 20) => host.WaitForNoneAsync("select count(*) from event_outbox where sent_at is null", seconds);
}
