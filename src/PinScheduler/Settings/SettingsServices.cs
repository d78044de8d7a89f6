using Microsoft.Extensions.Options;

namespace PinScheduler.Settings;

internal static class SettingsServices
{
    /// <summary>A section as an options class, checked at the start. Several classes may share a section, each with the keys that concern it.</summary>
    public static OptionsBuilder<TOptions> AddSettings<TOptions>(this IServiceCollection services, IConfiguration configuration, string section)
        where TOptions : class =>
        services.AddSingleton(new SettingsSection(section, typeof(TOptions))).AddOptions<TOptions>().Bind(configuration.GetSection(section)).ValidateOnStart();

    /// <summary>Sections and keys that are read without a class: by us here and there, or by the frameworks.</summary>
    public static IServiceCollection AddPlainSettings(this IServiceCollection services, params string[] paths) =>
        paths.Aggregate(services, static (added, path) => added.AddSingleton(new SettingsSection(path, Shape: null)));

    public static void AddStartWarnings(this IServiceCollection services) => services.AddSingleton<ConfigurationInForce>().AddSingleton<UnknownSettings>().AddSingleton<StartWarnings>();
}
