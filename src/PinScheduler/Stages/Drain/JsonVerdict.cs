namespace PinScheduler.Stages.Drain;

internal enum JsonVerdict
{
    Object,
    Blank,
    NotUtf8,
    NotJson,
    NotObject,
    TooDeep,
}
