using System.Diagnostics;
using PinScheduler.Orchestration.Runs;
using PinScheduler.Stages;
using PinScheduler.Tests.Orchestration;

namespace PinScheduler.Tests.Notifications;

public sealed class NotificationsTests
{
    [Fact]
    public async Task FailureAndRecovery_AreToldOnce_ByWebhookAndMail()
    {
        await using var webhook = await TestWebhook.StartAsync();
        await using var mails = new TestMailServer();
        var fails = true;
        await using var host = await NotifyingHost.StartAsync(MariaDb.CreateDatabase("told"), NotifyingHost.Webhook(webhook.Url).WithMail(mails.Port), (_, _) =>
            fails ? throw new StageFailedException("Table <t> & `u` is gone\nat line 7") : Task.FromResult(TestStage.Nothing));
        var failed = await host.WaitForEndAsync(await host.TriggerAsync());
        // another failure of a pipeline that fails already is told too
        await host.WaitForEndAsync(await host.TriggerAsync());
        fails = false;
        // some of the tasks prove nothing
        await host.WaitForEndAsync(await host.TriggerAsync(only: "a"));
        await host.Get<RunControl>().RetryAsync(long.Parse(failed.Id), default);
        await host.WaitForEndAsync(long.Parse(failed.Id));
        await host.WaitForEndAsync(await host.TriggerAsync());
        await host.WaitForSentAsync();

        var date = $"{failed.LogicalDate:yyyy-MM-dd}";
        Assert.Equal([$"nightly {date} failed", $"nightly {date} failed", $"nightly {date} succeeded again"], webhook.Texts.Select(text => text.Split('|')[1].Split(">*")[0]));
        var (key, body, secret) = webhook.Received.First();
        Assert.Equal(("abc", key, $"https://pins.example.org/hangfire/runs/{failed.Id}"), (secret, body.GetProperty("id").GetString(), body.GetProperty("url").GetString()));
        Assert.Equal("a", body.GetProperty("event").GetProperty("task").GetString());
        Assert.Contains("Task: *a*", webhook.Texts.First());
        Assert.Contains("\n`Table &lt;t&gt; &amp; 'u' is gone`", webhook.Texts.First());
        Assert.Equal(3, webhook.Received.Select(one => one.Key).Distinct().Count());

        Assert.Equal(3, mails.Received.Count);
        var (_, to, mail) = mails.Received.First();
        Assert.Equal(($"nightly {date} failed: a", $"{key}@example.org"), (mail.Subject, mail.MessageId));
        Assert.Contains("ann@example.org", to);
        Assert.Contains("bob@example.org", to);
        Assert.Contains("    Table <t> & `u` is gone\n", mail.TextBody!.ReplaceLineEndings("\n"));
        Assert.Contains("Table &lt;t&gt; &amp; `u` is gone</div>", mail.HtmlBody);
        Assert.DoesNotContain("line 7", mail.HtmlBody);
        Assert.Contains($"https://pins.example.org/hangfire/runs/{failed.Id}", mail.TextBody);
    }

    [Fact]
    public async Task Message_IsSentAgainUnderTheSameKey_UntilItIsTaken()
    {
        await using var webhook = await TestWebhook.StartAsync();
        await using var mails = new TestMailServer();
        webhook.Answers.Enqueue(TestWebhook.Status(500));
        webhook.Answers.Enqueue(TestWebhook.Status(429, "3"));
        mails.Answers.Enqueue("451 come again");
        await using var host = await NotifyingHost.StartAsync(MariaDb.CreateDatabase("again"), NotifyingHost.Webhook(webhook.Url).WithMail(mails.Port), (_, _) => throw new StageFailedException("no"));
        await host.WaitForEndAsync(await host.TriggerAsync());
        await host.WaitForNoneAsync("select 2 - max(attempts) from event_outbox where channel = 'webhook' and last_error like '%answered 429: not now%'");
        var refused = Stopwatch.StartNew();
        await host.WaitForSentAsync();

        // the receiver asked for three seconds, the usual delay would be two at most
        Assert.True(refused.Elapsed > TimeSpan.FromSeconds(2.5), $"{refused.Elapsed}");
        Assert.Equal(3, webhook.Received.Count);
        Assert.Single(webhook.Received.Select(one => one.Key).Distinct());
        Assert.Single(mails.Received);
        Assert.Equal((3, 2), (await host.QueryAsync<int>("select attempts from event_outbox where channel = 'webhook'"), await host.QueryAsync<int>("select attempts from event_outbox where channel = 'mail'")));
    }

    [Fact]
    public async Task Hanging_Receiver_DelaysNeitherRunsNorTheOtherChannel()
    {
        await using var webhook = await TestWebhook.StartAsync();
        await using var mails = new TestMailServer();
        var (hangs, released) = (new TaskCompletionSource(), new TaskCompletionSource());
        webhook.Answers.Enqueue(async _ =>
        {
            hangs.SetResult();
            await released.Task;
        });
        await using var host = await NotifyingHost.StartAsync(MariaDb.CreateDatabase("hangs"), NotifyingHost.Webhook(webhook.Url, timeout: 300).WithMail(mails.Port), (_, _) => throw new StageFailedException("no"));
        try
        {
            await host.WaitForEndAsync(await host.TriggerAsync());
            await hangs.Task.WaitAsync(TimeSpan.FromSeconds(20));
            for (var i = 0; i < 5; i++)
            {
                await host.WaitForEndAsync(await host.TriggerAsync());
            }

            await host.WaitForNoneAsync("select count(*) from event_outbox where channel = 'mail' and sent_at is null");
            Assert.Equal((6, 1), (mails.Received.Count, webhook.Received.Count));
        }
        finally
        {
            released.SetResult();
        }

        await host.WaitForSentAsync();
        Assert.Equal(6, webhook.Received.Count);
    }

    [Fact]
    public async Task Hanging_Receiver_IsLeftAfterItsTime_AndToldAgain()
    {
        await using var webhook = await TestWebhook.StartAsync();
        webhook.Answers.Enqueue(TestWebhook.HangAsync);
        webhook.Answers.Enqueue(TestWebhook.HangAsync);
        await using var host = await NotifyingHost.StartAsync(MariaDb.CreateDatabase("left"), NotifyingHost.Webhook(webhook.Url, timeout: 1), (_, _) => throw new StageFailedException("no"));
        await host.WaitForEndAsync(await host.TriggerAsync());
        await host.WaitForNoneAsync("select count(*) = 0 from event_outbox where last_error = 'No answer within 1 s.'");
        await host.WaitForSentAsync(40);
        Assert.Equal(3, webhook.Received.Count);
    }
}
