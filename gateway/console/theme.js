// The theme that was chosen, set before anything is drawn; without a choice the system's.
{
  const chosen = localStorage.getItem("leasebook.theme");
  if (chosen) document.documentElement.dataset.theme = chosen;
}
