namespace PinScheduler.Dashboard.Acts;

/// <summary>What is asked before something is done, where no script asks.</summary>
/// <param name="Title">The act and what it is done to.</param>
/// <param name="Says">What will happen.</param>
/// <param name="Button">What the button that does it says.</param>
/// <param name="Back">The page of the dashboard that it is done from.</param>
internal sealed record Confirmation(string Title, string Says, string Button, string Back);
