namespace PinScheduler.Stages.Topics;

internal static class TopicsServices
{
    public static IServiceCollection AddTopics(this IServiceCollection services, IConfiguration configuration) => services.AddSingleton<TopicsStage>();
}
