using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using PinScheduler.Notifications;
using PinScheduler.Stages;
using PinScheduler.Tests.Orchestration;

namespace PinScheduler.Tests.Notifications;

public sealed class OutboxSenderTests
{
    private static Task<StageResult> Fails(StageContext context, CancellationToken cancellationToken) => throw new StageFailedException("no");

    [Fact]
    public async Task Message_ComesAgainUnderTheSameKey_WhenTheServerDiesBetweenTheYesAndTheMark()
    {
        await using var webhook = await TestWebhook.StartAsync();
        var database = MariaDb.CreateDatabase("dies");
        await using (var first = await NotifyingHost.StartAsync(database, NotifyingHost.Webhook(webhook.Url), Fails))
        {
            using var died = new SemaphoreSlim(0);
            first.Get<OutboxSender>().Taken = () =>
            {
                died.Release();
                throw new InvalidOperationException("the server dies here");
            };
            await first.WaitForEndAsync(await first.TriggerAsync());
            Assert.True(await died.WaitAsync(TimeSpan.FromSeconds(20)));
        }

        await using var second = await NotifyingHost.StartAsync(database, NotifyingHost.Webhook(webhook.Url), Fails);
        Assert.Equal(1, await second.QueryAsync<int>("select count(*) from event_outbox where sent_at is null and attempts = 1 and next_attempt_at > utc_timestamp(6) - interval 1 minute"));
        await second.ExecuteAsync("update event_outbox set next_attempt_at = utc_timestamp(6)");
        await second.WaitForSentAsync();
        Assert.Equal(2, webhook.Received.Count);
        Assert.Single(webhook.Received.Select(one => one.Key).Distinct());
    }

    [Fact]
    public async Task Message_IsNotSentAgain_WhenOnlyTheMarkFailed()
    {
        await using var webhook = await TestWebhook.StartAsync();
        await using var host = await NotifyingHost.StartAsync(MariaDb.CreateDatabase("mark"), NotifyingHost.Webhook(webhook.Url), Fails);
        var failures = 0;
        host.Get<OutboxSender>().Taken = () => throw new InvalidOperationException($"the database is away {++failures}");
        await host.WaitForEndAsync(await host.TriggerAsync());
        await host.WaitForNoneAsync("select count(*) = 0 from event_outbox where attempts = 1");
        await host.WaitAsync(1, _ => failures == 1);
        await host.ExecuteAsync("update event_outbox set next_attempt_at = utc_timestamp(6)");
        await host.WaitForSentAsync();
        Assert.Single(webhook.Received);
    }

    [Fact]
    public async Task Outbox_IsKeptOverARestart_AndSentWhenTheReceiverIsBack()
    {
        var port = FreePort();
        var settings = NotifyingHost.Webhook($"http://127.0.0.1:{port}/hook");
        var database = MariaDb.CreateDatabase("restart");
        await using (var first = await NotifyingHost.StartAsync(database, settings, Fails))
        {
            await first.WaitForEndAsync(await first.TriggerAsync());
            await first.WaitForEndAsync(await first.TriggerAsync());
            await first.WaitForNoneAsync("select count(*) = 0 from event_outbox where last_error like '%refused%'");
        }

        await using var webhook = await TestWebhook.StartAsync(port);
        await using var second = await NotifyingHost.StartAsync(database, settings, Fails);
        await second.WaitForSentAsync();
        Assert.Equal(2, webhook.Received.Count);
    }

    [Fact]
    public async Task Servers_ShareTheWork_AndSendNothingTwice()
    {
        await using var webhook = await TestWebhook.StartAsync();
        var database = MariaDb.CreateDatabase("share");
        await using var first = await NotifyingHost.StartAsync(database, NotifyingHost.Webhook(webhook.Url), Fails);
        await using var second = await NotifyingHost.StartAsync(database, NotifyingHost.Webhook(webhook.Url), Fails);
        for (var i = 0; i < 10; i++)
        {
            await first.ExecuteAsync("insert into event_outbox (event_id, channel, kind, run_id, facts, created_at, next_attempt_at) select replace(uuid(), '-', ''), 'webhook', 'failed', 1, @facts, utc_timestamp(6), utc_timestamp(6)",
                new { facts = """{"kind":"failed","pipeline":"nightly","title":"Night","logicalDate":"2026-11-22","run":"1","state":"failed","trigger":"api","at":"2026-11-22T03:00:00Z"}""" });
            await Task.WhenAll(first.Get<OutboxSender>().RunOnceAsync(default), second.Get<OutboxSender>().RunOnceAsync(default), first.Get<OutboxSender>().RunOnceAsync(default));
        }

        await first.WaitForSentAsync();
        Assert.Equal((10, 10), (webhook.Received.Count, webhook.Received.Select(one => one.Key).Distinct().Count()));
        Assert.Equal(10, await first.QueryAsync<int>("select sum(attempts) from event_outbox"));
    }

    [Fact]
    public async Task Failure_SaysWhatIsBehindIt()
    {
        await using var webhook = await TestWebhook.StartAsync();
        webhook.Answers.Enqueue(http =>
        {
            http.Abort();
            return Task.CompletedTask;
        });
        await using var host = await NotifyingHost.StartAsync(MariaDb.CreateDatabase("behind"), NotifyingHost.Webhook(webhook.Url), Fails);
        await host.WaitForEndAsync(await host.TriggerAsync());
        await host.WaitForNoneAsync("select count(*) = 0 from event_outbox where last_error is not null");

        Assert.Matches("^An error occurred while sending the request[.] .+", await host.QueryAsync<string>("select last_error from event_outbox"));
    }

    [Fact]
    public async Task Message_IsGivenUp_WhenNobodyTakesItForTooLong()
    {
        await using var webhook = await TestWebhook.StartAsync();
        Enumerable.Range(0, 9).ToList().ForEach(_ => webhook.Answers.Enqueue(TestWebhook.Status(404)));
        await using var host = await NotifyingHost.StartAsync(MariaDb.CreateDatabase("givenup"), NotifyingHost.Webhook(webhook.Url), Fails);
        await host.WaitForEndAsync(await host.TriggerAsync());
        await host.WaitForNoneAsync("select count(*) = 0 from event_outbox where attempts > 0");
        await host.ExecuteAsync("update event_outbox set created_at = utc_timestamp(6) - interval 8 day");
        await host.WaitForNoneAsync("select count(*) from event_outbox where given_up_at is null");
        Assert.Contains("answered 404", await host.QueryAsync<string>("select last_error from event_outbox"));
    }

    [Fact]
    public async Task TestMessage_IsSentOnDemand_AndListed()
    {
        await using var webhook = await TestWebhook.StartAsync();
        await using var host = await NotifyingHost.StartAsync(MariaDb.CreateDatabase("testmessage"), NotifyingHost.Webhook(webhook.Url));
        Assert.Equal(HttpStatusCode.Accepted, (await host.Http.PostAsJsonAsync("/api/notifications/test", new { })).StatusCode);
        await host.WaitForSentAsync();
        Assert.Contains("PinScheduler can reach you", webhook.Texts.Single());
        var listed = (await host.Http.GetFromJsonAsync<JsonElement>("/api/notifications"))[0];
        Assert.Equal("test|webhook|1|", $"{listed.GetProperty("event")}|{listed.GetProperty("channel")}|{listed.GetProperty("attempts")}|{listed.GetProperty("error")}");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await host.Http.GetAsync("/api/notifications?limit=0")).StatusCode);
    }

    [Fact]
    public void Delay_GrowsToAQuarterOfAnHour_AndRespectsWhatWasAsked()
    {
        Assert.InRange(OutboxSender.DelayAfter(1, null).TotalSeconds, 0.8, 1.2);
        Assert.InRange(OutboxSender.DelayAfter(4, null).TotalSeconds, 6.4, 9.6);
        Assert.InRange(OutboxSender.DelayAfter(1000, null).TotalSeconds, 720, 1080);
        Assert.Equal(TimeSpan.FromSeconds(30), OutboxSender.DelayAfter(1, TimeSpan.FromSeconds(30)));
        Assert.Equal(TimeSpan.FromHours(1), OutboxSender.DelayAfter(1, TimeSpan.FromDays(9)));
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
