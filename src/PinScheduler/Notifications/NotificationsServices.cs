using Microsoft.Extensions.Options;
using PinScheduler.Notifications.Channels;
using PinScheduler.Orchestration.Events;
using PinScheduler.Settings;

namespace PinScheduler.Notifications;

internal static class NotificationsServices
{
    public static IServiceCollection AddNotifications(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSettings<NotificationsOptions>(configuration, NotificationsOptions.Section);
        services.AddSingleton<IValidateOptions<NotificationsOptions>, NotificationsOptionsValidator>();
        services.AddSingleton<MessageWriter>();
        services.AddSingleton<IChannel, WebhookChannel>().AddSingleton<IChannel, MailChannel>();
        services.AddSingleton(static provider => new EventChannels(
            [.. provider.GetServices<IChannel>().Where(static channel => channel.IsOn).Select(static channel => channel.Name)],
            provider.GetRequiredService<IOptions<NotificationsOptions>>().Value.Events is { Length: > 0 } chosen ? chosen : EventKind.All));
        services.AddSingleton<Outbox>().AddSingleton<OutboxSender>().AddHostedService(static provider => provider.GetRequiredService<OutboxSender>());
        return services;
    }
}
